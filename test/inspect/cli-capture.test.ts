// `wsimd inspect` of generated captures: link layers, both directions, reordered, retransmitted and missing segments.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { frame, join, utf8 } from '../support/bytes.ts';
import {
  type Captured,
  handshake,
  LINKS,
  type Link,
  packet,
  pcap,
  pcapng,
  type SegmentParts,
  Sender,
} from '../support/pcap.ts';
import { Random, seed } from '../support/random.ts';

const CLI = fileURLToPath(new URL('../../dist/bench/cli.js', import.meta.url));
const KEY = [1, 2, 3, 4];
const V4 = ['10.0.0.1:50000', '10.0.0.2:80'] as const;
const V6 = ['[2001:db8::1:0:0:1]:50000', '[::1]:80'] as const;

function run(capture: Uint8Array, ...args: string[]) {
  return spawnSync(process.execPath, [CLI, 'inspect', ...args], {
    input: capture,
    encoding: 'utf8',
    maxBuffer: 1 << 27,
    timeout: 60_000,
  });
}

/** What there is in it, as JSON; anything the test looks into. */
function inspected(capture: Uint8Array, ...args: string[]) {
  const { stdout, stderr, status } = run(capture, '--json', ...args);
  expect(stderr).toBe('');
  return { status, ...JSON.parse(stdout) };
}

const clientText = (text: string) => frame({ opcode: 1, payload: utf8(text), key: KEY });
const serverText = (text: string) => frame({ opcode: 1, payload: utf8(text) });

/** A connection with its handshakes, ready for frames; the sequence numbers run over 2^32. */
function connect(
  [clientAddress, serverAddress]: readonly [string, string] = V4,
  heads = handshake(),
) {
  const client = new Sender(clientAddress, serverAddress, 0xffffff00);
  const server = new Sender(serverAddress, clientAddress, 1000);
  const opening = [
    client.send(new Uint8Array(0), 'S'),
    server.send(new Uint8Array(0), 'SA'),
    client.send(heads.request),
    server.send(heads.response),
  ];
  return { client, server, opening };
}

const packets = (segments: readonly SegmentParts[], link: Link = 'ethernet'): Captured[] =>
  segments.map((segment) => ({ bytes: packet(segment, link) }));

const textsOf = (direction: { inspection: { messages: { text: string }[] } }) =>
  direction.inspection.messages.map(({ text }) => text);

describe.each(Object.keys(LINKS) as Link[])('%s', (link) => {
  it.each([
    ['IPv4', V4],
    ['IPv6', V6],
  ] as const)(
    'decodes both directions from pcap and pcapng of either byte order: %s',
    (_name, addresses) => {
      const { client, server, opening } = connect(addresses);
      const all = packets(
        [...opening, client.send(clientText('안녕')), server.send(serverText('hi'))],
        link,
      );
      for (const write of [pcap, pcapng]) {
        for (const isLittle of [true, false]) {
          const { connections, status, packets: count } = inspected(write(all, link, isLittle));
          expect([status, count, connections.length]).toEqual([0, 6, 1]);
          const [found] = connections;
          expect([found.client.address, found.server.address]).toEqual(addresses);
          expect([textsOf(found.client), textsOf(found.server)]).toEqual([['안녕'], ['hi']]);
          expect(found.server.inspection.handshake).toMatchObject({ status: 101, faults: [] });
          expect(found.order.map(({ sender }: { sender: string }) => sender)).toEqual([
            'client',
            'server',
          ]);
          expect(found.order[0].time).toBeCloseTo(0.004, 5);
        }
      }
    },
  );
});

describe('segments', () => {
  const words = ['one', 'two', 'three', 'four', 'five', 'six'];

  it('are reordered', () => {
    const { client, opening } = connect();
    const sent = words.map((word) => client.send(clientText(word)));
    const order = [1, 0, 5, 4, 3, 2].map((i) => sent[i]);
    const { connections } = inspected(pcap(packets([...opening, ...order])));
    expect(textsOf(connections[0].client)).toEqual(words);
    expect(connections[0].client.reordered).toBeGreaterThan(0);
    expect(connections[0].client.gaps).toEqual([]);
  });

  it('that are retransmitted, also with other boundaries, count once', () => {
    const { client, opening } = connect();
    const sent = words.map((word) => client.send(clientText(word)));
    const { from, to, seq } = sent[0];
    const all = join(...sent.map(({ payload }) => payload as Uint8Array));
    const again: SegmentParts[] = [
      ...[sent[0], sent[1], sent[0]],
      { from, to, seq, payload: all.subarray(0, 30), flags: 'A' },
      { from, to, seq: (seq + 25) >>> 0, payload: all.subarray(25), flags: 'A' },
      sent[5],
    ];
    const { connections } = inspected(pcap(packets([...opening, ...again])));
    expect(textsOf(connections[0].client)).toEqual(words);
    expect(connections[0].client.retransmitted).toBe(4);
  });

  it(`of any size, in any order, some retransmitted (seed ${seed})`, () => {
    const random = new Random(seed);
    const { client, opening } = connect();
    const { from, to, seq } = client;
    const texts = Array.from(
      { length: 40 },
      (_, i) => `메시지 ${i} ${'x'.repeat(random.below(200))}`,
    );
    const all = join(...texts.map(clientText));
    const segments: SegmentParts[] = [];
    for (let at = 0; at < all.length; ) {
      const end = Math.min(all.length, at + 1 + random.below(300));
      const segment = {
        from,
        to,
        seq: (seq + at) >>> 0,
        payload: all.subarray(at, end),
        flags: 'A',
      };
      segments.splice(Math.max(0, segments.length - random.below(5)), 0, segment);
      if (random.chance(0.2)) segments.push(segment);
      at = end;
    }
    const { connections } = inspected(pcapng(packets([...opening, ...segments])));
    expect(textsOf(connections[0].client)).toEqual(texts);
  });

  it('that are missing become a gap, and later bytes are not decoded', () => {
    const { client, server, opening } = connect();
    const sent = words.map((word) => client.send(clientText(word)));
    const lost = sent[2];
    const there = sent.filter((segment) => segment !== lost);
    const capture = pcap(packets([...opening, ...there, server.send(serverText('unharmed'))]));
    const { connections, status } = inspected(capture);
    const [{ client: found, server: other }] = connections;
    expect(status).toBe(0);
    expect(textsOf(found)).toEqual(['one', 'two']);
    expect(textsOf(other)).toEqual(['unharmed']);
    expect(found.gaps).toEqual([{ at: found.length, seq: lost.seq, length: lost.payload?.length }]);
    const { stdout } = run(capture);
    expect(stdout).toContain(
      `Gap at byte ${found.length}: 11 bytes at sequence number ${lost.seq}`,
    );
    expect(stdout).toContain('bytes after it are not decoded');
  });

  it.each([
    ['4,096 segments', 4096, 4, 0],
    ['more segments', 4097, 4, 1],
    ['16 MiB', 280, 59_900, 0],
    ['more bytes', 281, 59_900, 1],
  ])('wait for missing bytes up to a limit: %s', (_name, count, size, gaps) => {
    const { client, opening } = connect();
    const first = client.send(frame({ opcode: 2, payload: new Uint8Array(10), key: KEY }));
    const payload = frame({ opcode: 2, payload: new Uint8Array(size), key: KEY });
    const behind = Array.from({ length: count }, () => client.send(payload));
    const capture = pcap(packets([...opening, ...behind, first]));
    const [{ client: found }] = inspected(capture, '--max-frames', '1').connections;
    expect(found.gaps.length).toBe(gaps);
    expect(found.reordered).toBe(count);
    const why = 'Missing bytes became gaps, because more than 16 MiB or 4,096 segments';
    expect(found.notes.join().includes(why)).toBe(gaps === 1);
    if (gaps === 0) expect(found.inspection.framesLeft).toBe(count);
    else expect(found.inspection.frames).toEqual([]);
  });

  it('that the capture truncated become a gap', () => {
    const { client, opening } = connect();
    const whole = packet(client.send(clientText('x'.repeat(100))));
    const cut = { bytes: whole.slice(0, whole.length - 40), length: whole.length };
    const { connections } = inspected(
      pcap([...packets(opening), cut, ...packets([client.send(clientText('y'))])]),
    );
    expect(connections[0].client.gaps).toMatchObject([{ length: 40 }]);
    expect(connections[0].client.inspection.truncated).toMatchObject({
      where: 'payload',
      missing: 40,
    });
  });
});

describe('connections', () => {
  it('decodes WebSocket connections, lists others', () => {
    const first = connect();
    const second = connect(V6);
    const plain = new Sender('10.0.0.9:4000', '10.0.0.2:80', 1);
    const tls = new Sender('10.0.0.9:4001', '10.0.0.2:443', 1);
    const all = [
      ...first.opening,
      ...second.opening,
      plain.send(new Uint8Array(0), 'S'),
      plain.send(utf8('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
      tls.send(new Uint8Array(0), 'S'),
      tls.send(new Uint8Array([0x16, 3, 1, 0, 5, 1, 0, 0])),
      first.client.send(clientText('first')),
      second.client.send(clientText('second')),
    ];
    const capture = pcap(packets(all));
    const { connections, others } = inspected(capture);
    expect(connections.map(({ client }: { client: never }) => textsOf(client))).toEqual([
      ['first'],
      ['second'],
    ]);
    expect(others.map(({ protocol }: { protocol: string }) => protocol)).toEqual(['HTTP', 'TLS']);
    const only = inspected(capture, '--stream', '1');
    expect(only.connections).toHaveLength(1);
    expect(textsOf(only.connections[0].client)).toEqual(['second']);
    const { status, stderr } = run(capture, '--stream', '4');
    expect([status, stderr]).toEqual([
      2,
      'standard input: no connection 4: --stream must be from 0 to 3\n',
    ]);
    const { stdout } = run(capture, '--summary');
    expect(stdout).toContain('stream 0  10.0.0.1:50000 -> 10.0.0.2:80');
    expect(stdout).toContain('not decoded: TLS: encrypted');
    expect(stdout).toMatch(/client -> {2}frame 0 {2}text, masked, 5 bytes {2}"first"/);
  });

  it('--stream selects the same connection if ports are reused', () => {
    const rounds = [connect(), connect(), connect(V6)];
    const all = rounds.flatMap(({ client, server, opening }, i) => [
      ...opening,
      client.send(clientText(`c${i}`)),
      server.send(serverText(`s${i}`)),
      client.send(new Uint8Array(0), 'FA'),
    ]);
    const capture = pcap(packets(all));
    const { connections } = inspected(capture);
    expect(connections).toHaveLength(3);
    for (const connection of connections) {
      const only = inspected(capture, '--stream', `${connection.stream}`).connections;
      expect(only).toEqual([connection]);
    }
  });

  it('treats a reused port as another connection', () => {
    const [first, second] = [connect(), connect()];
    const said = first.client.send(clientText('a'));
    const end = first.client.send(new Uint8Array(0), 'FA');
    const all = [...first.opening, said, end, ...second.opening];
    const { connections } = inspected(pcap(packets([...all, second.client.send(clientText('b'))])));
    expect(connections.map(({ client }: { client: never }) => textsOf(client))).toEqual([
      ['a'],
      ['b'],
    ]);
  });

  it('detects a connection without its start by its frames, and the client by MASK', () => {
    const client = new Sender('10.0.0.1:70', '10.0.0.2:8080', 5);
    const server = new Sender('10.0.0.2:8080', '10.0.0.1:70', 9);
    const all = [server.send(serverText('tick')), client.send(clientText('tock'))];
    const { connections } = inspected(pcap(packets(all)));
    expect(connections[0].client).toMatchObject({ address: '10.0.0.1:70' });
    expect([textsOf(connections[0].client), textsOf(connections[0].server)]).toEqual([
      ['tock'],
      ['tick'],
    ]);
  });

  it('decodes a handshake without SYN whose server has the higher port', () => {
    const heads = handshake();
    const client = new Sender('10.0.0.1:70', '10.0.0.2:8080', 5);
    const server = new Sender('10.0.0.2:8080', '10.0.0.1:70', 9);
    for (const all of [
      [client.send(heads.request), server.send(heads.response), client.send(clientText('a'))],
      [server.send(heads.response), client.send(heads.request), client.send(clientText('a'))],
    ]) {
      const [found] = inspected(pcap(packets(all))).connections;
      expect([found.client.address, textsOf(found.client)]).toEqual(['10.0.0.1:70', ['a']]);
      expect(found.server.inspection.handshake).toMatchObject({ status: 101, faults: [] });
    }
  });

  it('decodes a handshake in segments of one byte', () => {
    const heads = handshake();
    const { client, server, opening } = connect();
    [client.seq, server.seq] = [0xffffff01, 1001];
    const bytes = [...heads.request].map((byte) => client.send(new Uint8Array([byte])));
    const all = [...opening.slice(0, 2), ...bytes, server.send(heads.response)];
    const { connections } = inspected(pcap(packets([...all, client.send(clientText('a'))])));
    expect(textsOf(connections[0].client)).toEqual(['a']);
  });

  it('inflates with the negotiated permessage-deflate', () => {
    const header = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';
    const { client, server, opening } = connect(V4, handshake(header, header));
    const payload = new Uint8Array([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    const sent = client.send(frame({ opcode: 1, rsv: 0x40, payload, key: KEY }));
    const { connections } = inspected(
      pcap(packets([...opening, sent, server.send(serverText('plain'))])),
    );
    expect(textsOf(connections[0].client)).toEqual(['Hello']);
    expect(connections[0].client.inspection.messages[0].compressed).toBe(true);
  });

  it('exits with 1 for a violation in a frame or in the handshake', () => {
    const { client, opening } = connect();
    const bad = client.send(serverText('not masked'));
    const { status, connections } = inspected(pcap(packets([...opening, bad])));
    expect([status, connections[0].client.inspection.problem.code]).toEqual([
      1,
      'WS_ERR_EXPECTED_MASK',
    ]);
    const wrong = handshake();
    wrong.response[wrong.response.length - 8] ^= 1;
    expect(inspected(pcap(packets(connect(V4, wrong).opening))).status).toBe(1);
  });

  it('reports IP fragments and unknown link layers', () => {
    const { client, opening } = connect();
    const fragment = packet(client.send(clientText('x')));
    fragment[14 + 6] = 0x20;
    const { notes } = inspected(pcap([...packets(opening), { bytes: fragment }]));
    expect(notes.join()).toContain('a fragment of an IP packet');
    const strange = pcap(packets(opening));
    new DataView(strange.buffer).setUint32(20, 147, true);
    expect(inspected(strange)).toMatchObject({
      connections: [],
      notes: ['Packets skipped: 4: an unknown link layer.'],
    });
  });
});

describe('an invalid file', () => {
  const { client, opening } = connect();
  const all = packets([
    ...opening,
    client.send(clientText('whole')),
    client.send(clientText('lost')),
  ]);

  it.each([
    ['pcap', pcap],
    ['pcapng', pcapng],
  ])('%s truncated: decodes the packets before the end, reports where it is', (_name, write) => {
    const capture = write(all);
    const { connections, notes } = inspected(capture.subarray(0, capture.length - 20));
    expect(textsOf(connections[0].client)).toEqual(['whole']);
    expect(notes.join()).toMatch(/truncated after packet 5: the file ends inside a block/);
  });

  it.each([
    ['pcap', pcap(all), 24 + 8],
    ['pcapng', pcapng(all), 28 + 20 + 4],
  ])('%s with a packet of 4 GiB: rejected without allocation', (_name, capture, at) => {
    const bad = capture.slice();
    new DataView(bad.buffer).setUint32(at, 0xfffffffc, true);
    const { status, stderr } = run(bad);
    expect(status).toBe(2);
    expect(stderr).toMatch(/at byte \d+ has .*4294967292 bytes/);
  });

  it('pcapng with more than 65536 interfaces: stops there', () => {
    const capture = pcapng(all);
    const one = capture.subarray(28, 48);
    const bad = join(capture, ...Array(65_536).fill(one), capture.subarray(48));
    const { connections, notes } = inspected(bad);
    expect(textsOf(connections[0].client)).toEqual(['whole', 'lost']);
    expect(notes.join()).toContain('truncated after packet 6: more than 65536 interfaces');
  });

  it.each([
    ['pcap', pcap],
    ['pcapng', pcapng],
  ])('%s truncated at any byte: decoded or rejected', (_name, write) => {
    const capture = write(all);
    for (const at of [3, 4, 5, 23, 24, 25, 39, 40, 41, 60, capture.length - 1]) {
      const { status, stderr } = run(capture.subarray(0, at), '--summary');
      // Without a whole magic number they are bytes like any other.
      expect([0, 1, 2], stderr).toContain(status);
      expect(stderr.split('\n').length).toBeLessThanOrEqual(2);
    }
  });

  it(`with random bytes changed: decoded or rejected without a crash (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let i = 0; i < 12; i++) {
      const bad = random.pick([pcap, pcapng])(all).slice();
      for (let n = 0; n < 5; n++) bad[4 + random.below(bad.length - 4)] = random.below(256);
      const { status, stderr } = run(bad, '--summary');
      expect([0, 1, 2], stderr).toContain(status);
      expect(stderr.split('\n').length).toBeLessThanOrEqual(2);
    }
  });
});
