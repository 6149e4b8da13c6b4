// A guard against floods: whatever the shape of the stream, the work done is in proportion to its bytes.
// Work is counted, not timed: calls of the kernel, bytes they look at, and bytes copied.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DecoderCore } from '../../src/codec/decoder.ts';
import { PAUSED } from '../../src/codec/lifecycle.ts';
import type { DecoderOptions, Delivery } from '../../src/index.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { selectKernel } from '../../src/kernel/select.ts';
import { frame, join, utf8 } from '../support/bytes.ts';
import { pieces } from '../support/decode.ts';

const KEY = [1, 2, 3, 4];
/** What a call costs beside its bytes, in bytes. */
const CALL = 64;

let work = 0;
const { set } = Uint8Array.prototype;

beforeEach(() => {
  Uint8Array.prototype.set = function counted(source: ArrayLike<number>, at?: number) {
    work += source.length;
    set.call(this, source, at);
  };
});
afterEach(() => {
  Uint8Array.prototype.set = set;
});

/** The kernel, its calls counted; all else is its own. */
function counting(kernel: Kernel): Kernel {
  const counted: Kernel = Object.create(kernel);
  counted.scan = (...args) => {
    const scan = kernel.scan(...args);
    work += CALL + scan.used + 16 * scan.count;
    return scan;
  };
  counted.checkUtf8 = (bytes, from, to, pending) => {
    work += CALL + to - from;
    return kernel.checkUtf8(bytes, from, to, pending);
  };
  counted.isValidUtf8 = (bytes) => {
    work += CALL + bytes.length;
    return kernel.isValidUtf8(bytes);
  };
  counted.depth = 0;
  return counted;
}

type Shape = (bytes: number) => { stream: Uint8Array; chunk: number };

const repeat = (one: Uint8Array, bytes: number) =>
  join(...Array(Math.ceil(bytes / one.length)).fill(one));
const masked = (opcode: number, payload: Uint8Array, fin = true) =>
  frame({ opcode, fin, payload, key: KEY });

const SHAPES: Record<string, Shape> = {
  'small messages': (n) => ({ stream: repeat(masked(1, utf8('hello')), n), chunk: 65_536 }),
  'small messages in one chunk': (n) => ({
    stream: repeat(masked(1, utf8('안녕')), n),
    chunk: n * 2,
  }),
  'small messages, byte by byte': (n) => ({
    stream: repeat(masked(1, utf8('hello')), n),
    chunk: 1,
  }),
  'empty messages in one chunk': (n) => ({
    stream: repeat(masked(2, new Uint8Array(0)), n),
    chunk: n * 2,
  }),
  pings: (n) => ({ stream: repeat(masked(9, utf8('ping')), n), chunk: 1000 }),
  'one large message': (n) => ({ stream: masked(1, new Uint8Array(n).fill(0x61)), chunk: 65_536 }),
  'one large message, byte by byte': (n) => ({ stream: masked(2, new Uint8Array(n)), chunk: 1 }),
  'one large message in odd chunks': (n) => ({
    stream: masked(1, repeat(utf8('가'), n)),
    chunk: 701,
  }),
  'one-byte fragments': (n) => ({
    stream: join(
      masked(2, new Uint8Array(1), false),
      repeat(masked(0, new Uint8Array(1), false), n),
    ),
    chunk: 65_536,
  }),
  'one-byte fragments of text': (n) => ({
    stream: join(
      masked(1, new Uint8Array(0), false),
      repeat(
        join(...[0xea, 0xb0, 0x80].map((byte) => masked(0, new Uint8Array([byte]), false))),
        n,
      ),
    ),
    chunk: 65_536,
  }),
  'empty fragments': (n) => ({
    stream: join(
      masked(2, new Uint8Array(0), false),
      repeat(masked(0, new Uint8Array(0), false), n),
    ),
    chunk: 65_536,
  }),
  'fragments and pings': (n) => ({
    stream: join(
      masked(2, new Uint8Array(0), false),
      repeat(join(masked(0, new Uint8Array(3), false), masked(9, utf8('p'))), n),
    ),
    chunk: 500,
  }),
  'frames just larger than a tile': (n) => ({
    stream: repeat(masked(2, new Uint8Array(16_400)), n),
    chunk: 65_536,
  }),
};

const OPTIONS: readonly Partial<DecoderOptions>[] = [
  { delivery: 'view' },
  { delivery: 'view', preserve: true },
  { delivery: 'copy' },
  { delivery: 'string' },
  { delivery: 'borrowed', partial: true },
];

function workOf(
  shape: Shape,
  bytes: number,
  options: Partial<DecoderOptions>,
  pausing: boolean,
): number {
  const { stream, chunk } = shape(bytes);
  const chunks = [...pieces(stream, chunk)].map((piece) => piece.slice());
  const decoder: DecoderCore<Delivery> = new DecoderCore(
    counting(selectKernel()),
    { role: 'server', maxPayload: 1e9, maxBufferedBytes: 1e9, ...options } as DecoderOptions,
    { message: pausing ? () => decoder.pause() : () => {} },
  );
  work = 0;
  for (const piece of chunks) {
    decoder.write(piece);
    while (pausing && decoder.bufferedBytes > 0 && decoder['dispatcher'].phase === PAUSED)
      decoder.resume();
  }
  return work / stream.length;
}

describe.each(Object.entries(SHAPES))('%s', (_name, shape) => {
  it.each(OPTIONS)('%j', (options) => {
    for (const pausing of [false, true]) {
      const less = workOf(shape, 20_000, options, pausing);
      const more = workOf(shape, 100_000, options, pausing);
      // Five times the bytes, and the work for each is what it was, within a third and a constant.
      expect(more).toBeLessThan(less * 1.35 + 3);
      expect(more).toBeLessThan(CALL * 4);
    }
  });
});
