// Payloads so long that what comes of them is passed on without a scan: the same events, offsets and memory as
// of short ones, wherever their chunks begin and end.

import { describe, expect, it } from 'vitest';
import { Decoder, type Delivery } from '../../src/index.ts';
import { frame, join, toHex, utf8 } from '../support/bytes.ts';
import { DELIVERIES, decode, pieces } from '../support/decode.ts';
import { naiveDecode } from '../support/naive-decoder.ts';

type Role = 'server' | 'client';
const ROLES: readonly Role[] = ['server', 'client'];
const keyOf = (role: Role) => (role === 'server' ? [0x37, 0xfa, 0x21, 0x3d] : null);

const bytes = Uint8Array.from({ length: 6000 }, (_, i) => i * 7);
const ascii = utf8('0123456789'.repeat(600));
const korean = utf8('안녕하세요'.repeat(400));
const faulty = (at: number) => korean.map((byte, i) => (i === at ? 0xff : byte));

/** Payloads of one message, a frame each; what comes behind it has the offsets that the message leaves. */
const MESSAGES: readonly [name: string, opcode: number, ...payloads: Uint8Array[]][] = [
  ['bytes', 2, bytes],
  ['ASCII', 1, ascii],
  ['Korean', 1, korean],
  ['a fault at the begin', 1, faulty(3)],
  ['a fault in the middle', 1, faulty(3001)],
  ['a fault before the end', 1, faulty(korean.length - 2)],
  ['a character cut off by the end', 1, korean.subarray(0, -1)],
  ['bytes in fragments', 2, bytes.subarray(0, 2900), bytes.subarray(2900)],
  ['ASCII, then Korean', 1, ascii, korean],
  ['characters cut in two by fragments', 1, korean.subarray(0, 3001), korean.subarray(3001)],
  ['and in three', 1, korean.subarray(0, 2501), korean.subarray(2501, 2502), korean.subarray(2502)],
  ['a fault in the second fragment', 1, ascii, faulty(4444)],
];

/** The message between short ones, a ping between its fragments, and an error behind all. */
function streamOf(role: Role, opcode: number, payloads: readonly Uint8Array[]): Uint8Array {
  const key = keyOf(role);
  const frames = payloads.flatMap((payload, i) => [
    frame({ opcode: i === 0 ? opcode : 0, fin: i === payloads.length - 1, payload, key }),
    frame({ opcode: 9, payload: utf8(`ping ${i}`), key }),
  ]);
  const short = frame({ opcode: 1, payload: utf8('짧은 글'), key });
  return join(short, ...frames, short, frame({ opcode: 3, key }));
}

/** Where the frame begins that is an error. */
const endOf = (stream: Uint8Array, role: Role): number =>
  stream.length - (role === 'server' ? 6 : 2);

/** Cut in and about the first long header, in pieces of several sizes, and so that the long ones end in a chunk. */
function* chunksOf(stream: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 16; at <= 40; at++) yield [stream.subarray(0, at), stream.subarray(at)];
  for (const size of [500, 2047, 2049, 2500, 4096]) yield [...pieces(stream, size)];
  for (const from of [20, 100]) {
    const [begin, rest] = [stream.subarray(0, from), stream.subarray(from)];
    for (const size of [2300, 5976, 5990]) yield [begin, ...pieces(rest, size)];
  }
}

describe.each(ROLES)('as a %s', (role) => {
  describe.each(MESSAGES)('%s', (_name, opcode, ...payloads) => {
    const stream = streamOf(role, opcode, payloads);
    const expected = naiveDecode(stream, { role });

    it.each(DELIVERIES)('%s', (delivery) => {
      for (const chunks of chunksOf(stream)) {
        const cut = chunks.map(({ length }) => length).join(', ');
        const said = decode(chunks, { role, delivery });
        if (JSON.stringify(said) !== JSON.stringify(expected)) expect(said, cut).toEqual(expected);
      }
    });

    it('that is not to be checked is not', () => {
      for (const chunks of chunksOf(stream)) {
        const said = decode(chunks, { role, delivery: 'copy', skipUtf8Validation: true });
        expect(said.at(-1)).toEqual(naiveDecode(stream, { role, skipUtf8Validation: true }).at(-1));
      }
    });
  });

  it.each(DELIVERIES)('in parts, %s', (delivery) => {
    const stream = streamOf(role, 1, [ascii, korean]);
    const whole = toHex(join(ascii, korean));
    for (const chunks of chunksOf(stream)) {
      const said: unknown[] = [];
      let parts: Uint8Array[] = [];
      const decoder = new Decoder<Delivery>(
        { role, delivery, partial: true },
        {
          part(data, _isBinary, isLast) {
            parts.push(typeof data === 'string' ? utf8(data) : new Uint8Array(data));
            if (!isLast) return;
            said.push(toHex(join(...parts)) === whole);
            parts = [];
          },
          error: ({ offset }) => said.push(offset),
        },
      );
      for (const chunk of chunks) decoder.write(chunk.slice());
      expect(said).toEqual([true, endOf(stream, role)]);
    }
  });

  it.each(['view', 'copy'] as const)('by frames, %s', (delivery) => {
    const stream = streamOf(role, 2, [bytes, bytes]);
    for (const chunks of chunksOf(stream)) {
      const said: unknown[] = [];
      const decoder = new Decoder<Delivery>(
        { role, delivery, unit: 'frame' },
        {
          frame(data, { opcode, fin }) {
            if (opcode !== 2 && opcode !== 0) return;
            said.push([opcode, fin, toHex(data as Uint8Array) === toHex(bytes)]);
          },
          error: ({ offset }) => said.push(offset),
        },
      );
      for (const chunk of chunks) decoder.write(chunk.slice());
      expect(said).toEqual([[2, false, true], [0, true, true], endOf(stream, role)]);
    }
  });

  it.each(['view', 'copy', 'string'] as const)('compressed ones are no text: %s', (delivery) => {
    const seen: boolean[] = [];
    const decoder = new Decoder<Delivery>(
      {
        ...{ role, delivery, rsv1: true },
        transform: (data) => {
          seen.push(toHex(data) === toHex(bytes));
          return utf8('inflated');
        },
      },
      { message: (_, isBinary) => seen.push(isBinary) },
    );
    const stream = frame({ opcode: 1, rsv: 0x40, payload: bytes, key: keyOf(role) });
    for (const chunk of pieces(stream, 2500)) decoder.write(chunk.slice());
    expect(seen).toEqual([true, false]);
  });
});

describe('memory', () => {
  const key = keyOf('server');
  const large = frame({ opcode: 2, payload: bytes, key });
  const unmasked = frame({ opcode: 2, payload: bytes });

  /** Where the one message's bytes lie after these chunks. */
  function memoryOf(role: Role, delivery: Delivery, chunks: readonly Uint8Array[]) {
    const seen: ArrayBufferLike[] = [];
    const decoder = new Decoder<Delivery>(
      { role, delivery },
      { message: (data) => seen.push((data as Uint8Array).buffer) },
    );
    for (const chunk of chunks) decoder.write(chunk);
    expect(seen).toHaveLength(1);
    return seen[0];
  }
  const split = (stream: Uint8Array, at: number) => [stream.slice(0, at), stream.slice(at)];

  it('a payload that lies behind its header alone stays there, as a view', () => {
    for (const at of [3, 5, 8]) {
      const chunks = split(large, at);
      expect(memoryOf('server', 'view', chunks)).toBe(chunks[1].buffer);
    }
  });

  it('not where part of it lies elsewhere, nor where a copy is wanted', () => {
    const apart = split(large, 9);
    expect(memoryOf('server', 'view', apart)).not.toBe(apart[1].buffer);
    const copied = split(large, 8);
    expect(memoryOf('server', 'copy', copied)).not.toBe(copied[1].buffer);
    const ofClient = split(unmasked, 4);
    expect(memoryOf('client', 'copy', ofClient)).not.toBe(ofClient[1].buffer);
  });

  it('a fragment does not stay: the message is whole in one place', () => {
    const first = frame({ opcode: 2, fin: false, payload: bytes, key });
    const [header, payload] = split(first, 8);
    const last = frame({ opcode: 0, payload: utf8('!'), key });
    expect(memoryOf('server', 'view', [header, payload, last])).not.toBe(payload.buffer);
  });

  it.each([
    ['server', 'copy', large, 8],
    ['client', 'view', unmasked, 4],
    ['client', 'copy', unmasked, 4],
  ] as const)(
    'what a %s holds of it, %s, has a limit, told where it is passed',
    (role, delivery, stream, header) => {
      const errors: [string, number][] = [];
      const decoder = new Decoder<Delivery>(
        { role, delivery, maxBufferedBytes: 4000 },
        { error: ({ code, offset }) => errors.push([code, offset]) },
      );
      for (const end of [header, header + 2500, header + 5000]) {
        const begin = end <= header + 2500 ? (end === header ? 0 : header) : header + 2500;
        decoder.write(stream.slice(begin, end));
      }
      // Whole memory is taken at once; what is kept as it came grows with it.
      const at = delivery === 'view' ? header + 2500 : header;
      expect(errors).toEqual([['WS_ERR_TOO_MANY_BUFFERED_BYTES', at]]);
    },
  );

  it.each([6000, 100])('what a limit allows to the byte is held: %i', (size) => {
    for (const limit of [size, size - 1]) {
      const errors: number[] = [];
      const decoder = new Decoder<Delivery>(
        { role: 'server', delivery: 'copy', maxBufferedBytes: limit },
        { error: ({ offset }) => errors.push(offset) },
      );
      decoder.write(frame({ opcode: 2, payload: utf8('four'), key }));
      const payload = bytes.subarray(0, size);
      const rest = frame({ opcode: 2, payload, key }).subarray(0, 8 + size / 2);
      // The short ones are 10 and 6 bytes; a header has 8 from 126 bytes on.
      const header = size === 6000 ? 8 : 6;
      decoder.write(join(frame({ opcode: 9, key }), rest.slice(0, header)));
      decoder.write(rest.slice(header));
      expect(decoder.bufferedBytes).toBe(limit === size ? size : 0);
      expect(errors).toEqual(limit === size ? [] : [10 + 6 + header]);
    }
  });
});
