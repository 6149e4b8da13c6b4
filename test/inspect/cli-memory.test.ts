// Whatever its input, `wsimd inspect` stays within the memory that docs/inspect.md states. Inputs are made while they
// are read.

import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { frame, join, utf8 } from '../support/bytes.ts';
import { inspectStream } from '../support/cli.ts';
import { handshake, packet, pcap, type SegmentParts, Sender } from '../support/pcap.ts';

const MiB = 2 ** 20;
/** Of captures, as docs/inspect.md has it; Node itself takes some 50 MiB of it. */
const MOST = 512 * MiB;
const EXTENSION =
  'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n';
const FILE_HEAD = pcap([]);
const EMPTY = new Uint8Array(0);

const recordsOf = (segments: readonly SegmentParts[]): Uint8Array =>
  pcap(segments.map((segment) => ({ bytes: packet(segment) }))).subarray(FILE_HEAD.length);

const addressOf = (number: number) =>
  `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}:5000`;
const openingOf = (number: number) =>
  new Sender(addressOf(number), '10.255.0.1:80', 1).send(EMPTY, 'S');

/** The connection of this number, and what opens it. */
function connect(number: number, heads: ReturnType<typeof handshake>) {
  const address = addressOf(number);
  const client = new Sender(address, '10.255.0.1:80', 1);
  const server = new Sender('10.255.0.1:80', address, 1);
  const opening = [client.send(EMPTY, 'S'), server.send(EMPTY, 'SA')];
  for (const [end, bytes] of [
    [client, heads.request],
    [server, heads.response],
  ] as const)
    for (let at = 0; at < bytes.length; at += 60_000)
      opening.push(end.send(bytes.subarray(at, at + 60_000)));
  return { server, opening };
}

/** Segments of these bytes, one after another from `from` on, until there are so many bytes of capture. */
function* repeated(server: Sender, payload: Uint8Array, size: number): Generator<Uint8Array> {
  const { seq } = server;
  const record = recordsOf([server.send(payload)]);
  server.seq = seq;
  const view = new DataView(record.buffer, record.byteOffset);
  for (let made = 0; made < size; made += record.length) {
    // Behind the heads of the record, of Ethernet and IPv4, and the ports.
    view.setUint32(16 + 14 + 20 + 4, server.seq);
    server.seq = (server.seq + payload.length) >>> 0;
    yield record.slice();
  }
}

/** `count` connections, each with its handshake, and then what `more` says. */
function* conversations(
  count: number,
  more: (server: Sender, number: number) => Iterable<Uint8Array>,
  heads = handshake(EXTENSION, EXTENSION),
): Generator<Uint8Array> {
  yield FILE_HEAD;
  for (let number = 0; number < count; number++) {
    const { server, opening } = connect(number, heads);
    yield recordsOf(opening);
    yield* more(server, number);
  }
}

const deflated = (length: number) => {
  const whole = deflateRawSync(Buffer.alloc(length, 'a'), { finishFlush: 2, level: 9 });
  return frame({ opcode: 1, rsv: 0x40, payload: new Uint8Array(whole.subarray(0, -4)) });
};
const segmentsOf = (server: Sender, bytes: Uint8Array) =>
  recordsOf([server.send(bytes.subarray(0, 60_000)), server.send(bytes.subarray(60_000))]);

const large = frame({ opcode: 2, payload: new Uint8Array(59_996) });
const bomb = deflated(56 * MiB);
const smallBomb = deflated(4 * MiB);
const manyFrames = join(
  ...Array(1000).fill(frame({ opcode: 1, payload: utf8('[[],[],[],[],{}]') })),
);

const CAPTURES: Record<string, { parts: () => Iterable<Uint8Array>; says: string[] }> = {
  '1 GiB of one connection': {
    parts: () => conversations(1, (server) => repeated(server, large, 1024 * MiB)),
    says: ['1 WebSocket connection', 'bytes are decoded', 'the limit is 64 MiB'],
  },
  '1 GiB of 64 connections': {
    parts: () => conversations(64, (server) => repeated(server, large, 16 * MiB)),
    says: ['64 WebSocket connections', 'exceeds 256 MiB or 100,000 connections'],
  },
  '1 GiB after gaps in 32 connections': {
    parts: () =>
      conversations(32, (server) => {
        server.seq += 10;
        return repeated(server, large, 32 * MiB);
      }),
    says: ['Missing bytes became gaps, because more than 16 MiB or 4,096 segments', 'Gap at byte'],
  },
  '1 MiB of messages of 56 MiB, a connection each': {
    parts: () => conversations(20, (server) => [segmentsOf(server, bomb)]),
    says: ['Inflated data exceeds 256 MiB: incomplete compressed messages: '],
  },
  '1 MiB of messages of 4 MiB on one connection': {
    parts: () =>
      conversations(1, (server) =>
        Array.from({ length: 250 }, () => segmentsOf(server, smallBomb)),
      ),
    says: ['is inflated only in part'],
  },
  'gaps in a thousand connections': {
    parts: () =>
      conversations(1000, (server) => {
        server.seq += 10;
        return repeated(server, large, MiB / 2);
      }),
    says: ['Missing bytes became gaps', 'Gap at byte'],
  },
  '200,000 frames': {
    parts: () => conversations(200, (server) => [segmentsOf(server, manyFrames)]),
    says: ['The report exceeds 256 MiB: frames counted but not shown: '],
  },
  'heads of 60 KiB, a header every four bytes': {
    parts: () => {
      const headers = 'a:\r\n'.repeat(15_000);
      return conversations(80, () => [], handshake(headers, headers));
    },
    says: ['The headers of the handshake are not shown'],
  },
  '110,000 connections': {
    parts: function* () {
      yield FILE_HEAD;
      for (let number = 0; number < 110_000; number += 1000) {
        yield recordsOf(Array.from({ length: 1000 }, (_, i) => openingOf(number + i)));
      }
    },
    says: ['exceeds 256 MiB or 100,000 connections'],
  },
  'bytes one by one': {
    parts: () =>
      conversations(20, (server) => [
        recordsOf(Array.from({ length: 5000 }, () => server.send(new Uint8Array([0x82])))),
      ]),
    says: ['20 WebSocket connections'],
  },
};

describe('a capture', () => {
  it.each(Object.entries(CAPTURES))('%s', async (_name, { parts, says }) => {
    const { status, signal, stderr, stdout, memory } = await inspectStream(parts(), '--summary');
    expect([signal, stderr]).toEqual([null, '']);
    expect([0, 1]).toContain(status);
    expect(says.filter((line) => stdout.includes(line))).toEqual(says);
    expect(memory).toBeLessThan(MOST);
  });

  it.each(['1 GiB of 64 connections', '200,000 frames'])('%s, as JSON', async (name) => {
    const { signal, stderr, stdout, memory } = await inspectStream(
      CAPTURES[name].parts(),
      '--json',
    );
    expect([signal, stderr]).toEqual([null, '']);
    expect(stdout).toMatch(/^\{\n "connections": \[\n/);
    expect(stdout.endsWith(']\n}\n')).toBe(true);
    expect(memory).toBeLessThan(MOST);
  });
});

describe('a HAR file', () => {
  it.each([
    ['messages that are not objects', 8, `{"_webSocketMessages":[${'0,'.repeat(999)}0]},`],
    [
      'JSON',
      60,
      `{"_webSocketMessages":[${'{"data":"[[],[],[],[],[],[],[],[],[]]"},'.repeat(999)}0]},`,
    ],
  ])('of %s, %i MiB', async (_name, size, entry) => {
    const parts = function* () {
      yield utf8('{"log":{"entries":[');
      for (let made = 0; made < size * MiB; made += entry.length) yield utf8(entry);
      yield utf8('0]}}');
    };
    const { stdout, stderr, status, memory } = await inspectStream(parts());
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('message 0  text');
    expect(stdout).toMatch(/[\d,]+ more messages; see --max-frames/);
    expect(memory).toBeLessThan(1024 * MiB);
  });

  it.each([['{},'], ['[],'], ['"\\\\",1,']])('of 60 MiB: %s repeated', async (value) => {
    const parts = function* () {
      yield utf8('{"log":{"entries":[');
      const some = utf8(value.repeat(10_000));
      for (let made = 0; made < 60 * MiB; made += some.length) yield some;
      yield utf8('0]}}');
    };
    const { stderr, status, memory } = await inspectStream(parts());
    expect([status, stderr]).toEqual([
      2,
      'standard input: a HAR file must have at most 5,000,000 JSON values\n',
    ]);
    expect(memory).toBeLessThan(512 * MiB);
  });
});
