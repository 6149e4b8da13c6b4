// The pieces of a message: what becomes of them, where they lie, and what is counted for them.

import { beforeEach, describe, expect, it } from 'vitest';
import { MessageBuffer } from '../../src/codec/message-buffer.ts';
import { equal, join } from '../support/bytes.ts';

/** What an object in the list of pieces is counted as. */
const OVERHEAD = 256;
const NONE = new Uint8Array(0);

const bytes = (length: number, seed = 1) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff);
/** A piece in memory that is larger. */
const pieceOf = (memory: number, from: number, length: number) =>
  bytes(memory).subarray(from, from + length);

let buffer: MessageBuffer;
let parts: Uint8Array[];

beforeEach(() => {
  buffer = new MessageBuffer();
  parts = [];
});

function append(length: number, total = 0): void {
  const source = bytes(length + 9, parts.length);
  parts.push(source.slice(4, 4 + length));
  buffer.append(source, 4, length, total);
}

function keep(piece: Uint8Array, total = 0): void {
  parts.push(piece.slice());
  buffer.keep(piece, total);
}

/** Finishes with one piece more; the whole must be what came, in memory of its own. */
function finish(length: number): Uint8Array {
  const source = bytes(length + 3, 99);
  const whole = buffer.finish(source, 2, length);
  expect(equal(whole, join(...parts, source.subarray(2, 2 + length)))).toBe(true);
  expect(whole.buffer.byteLength).toBe(whole.length);
  return whole;
}

describe('of unknown length', () => {
  it('small pieces share a block, which is counted once', () => {
    append(10);
    expect([buffer.length, buffer.held]).toEqual([10, 256 + OVERHEAD]);
    append(246);
    expect([buffer.length, buffer.held]).toEqual([256, 256 + OVERHEAD]);
    append(1);
    expect([buffer.length, buffer.held]).toEqual([257, 2 * (256 + OVERHEAD)]);
    finish(5);
  });

  it('blocks grow with the message, but no further than 64 KiB', () => {
    append(1000);
    expect(buffer.block.length).toBe(1000);
    append(1);
    expect(buffer.block.length).toBe(1000);
    append(200_000);
    expect(buffer.block.length).toBe(200_000);
    append(1);
    expect(buffer.block.length).toBe(65_536);
    expect(buffer.held).toBe(1000 + 1000 + 200_000 + 65_536 + 4 * OVERHEAD);
    finish(70_000);
  });

  it('many pieces are one message, in order', () => {
    for (let i = 0; i < 300; i++) append((i * 7) % 50);
    finish(0);
  });
});

describe('of known length', () => {
  it('its memory is made when an eighth has come, and given away as it is', () => {
    append(1000, 8000);
    expect([buffer.block.length, buffer.held]).toEqual([8000, 8000]);
    append(3000, 8000);
    expect(buffer.held).toBe(8000);
    const { block } = buffer;
    expect(finish(4000)).toBe(block);
  });

  it('not before', () => {
    append(1000, 8001);
    expect([buffer.block.length, buffer.held]).toEqual([1000, 1000 + OVERHEAD]);
    append(1, 8001);
    expect([buffer.block.length, buffer.held]).toEqual([8001, 8001]);
    finish(7000);
  });

  it('a message that ends before the memory made is full has memory of its own all the same', () => {
    append(1000, 4000);
    finish(10);
  });

  it('where the caller writes itself, it is told where', () => {
    const at = [buffer.reserve(100, 300), buffer.reserve(50, 300)];
    expect(at).toEqual([0, 100]);
    buffer.block.set(bytes(150));
    parts.push(bytes(150));
    expect([buffer.length, buffer.block.length]).toEqual([150, 300]);
    finish(150);
  });
});

describe('a piece that may stay', () => {
  it.each([
    ['is long and most of its memory', 5000, 0, 5000],
    ['is of 1024 bytes', 1024, 0, 1024],
    ['is an eighth of its memory', 16_384, 3, 2048],
  ])('stays where it %s', (_name, memory, from, length) => {
    const piece = pieceOf(memory, from, length);
    keep(piece);
    expect([buffer.length, buffer.held]).toEqual([length, memory + OVERHEAD]);
    finish(1);
  });

  it.each([
    ['is of 1023 bytes', 1023, 0, 1023],
    ['is less than an eighth of its memory', 16_385, 3, 2048],
  ])('is copied where it %s', (_name, memory, from, length) => {
    keep(pieceOf(memory, from, length));
    expect([buffer.length, buffer.held]).toEqual([length, length + OVERHEAD]);
    finish(1);
  });

  it('is counted once with others of its memory, again behind one of another', () => {
    const memory = bytes(8192);
    keep(memory.subarray(0, 2000));
    keep(memory.subarray(3000, 5000));
    expect(buffer.held).toBe(8192 + 2 * OVERHEAD);
    keep(bytes(2000));
    expect(buffer.held).toBe(8192 + 2000 + 3 * OVERHEAD);
    keep(memory.subarray(5000, 7000));
    expect(buffer.held).toBe(2 * 8192 + 2000 + 4 * OVERHEAD);
    finish(7);
  });

  it('comes between those copied, in order', () => {
    append(20);
    keep(bytes(1500));
    append(30);
    append(40);
    keep(bytes(1200));
    keep(bytes(1100));
    append(300);
    expect(buffer.length).toBe(20 + 1500 + 30 + 40 + 1200 + 1100 + 300);
    finish(0);
  });

  it('is copied once the message has its memory, and what was kept with it', () => {
    keep(bytes(2000), 100_000);
    expect(buffer.held).toBe(2000 + OVERHEAD);
    append(20_000, 100_000);
    expect(buffer.held).toBe(100_000);
    keep(bytes(30_000), 100_000);
    expect(buffer.held).toBe(100_000);
    const { block } = buffer;
    expect(finish(48_000)).toBe(block);
  });

  it('alone, is not the message: its memory may be larger', () => {
    keep(pieceOf(8000, 0, 4000));
    const whole = buffer.finish(NONE, 0, 0);
    expect([whole.length, whole.buffer.byteLength]).toEqual([4000, 4000]);
  });
});

describe('memory adopted', () => {
  it('is the message, and where its bytes are told to go', () => {
    const chunk = bytes(500);
    const whole = chunk.subarray(100, 400);
    buffer.adopt(whole);
    expect(buffer.reserve(299, 300)).toBe(0);
    expect([buffer.block, buffer.held]).toEqual([whole, 0]);
    const last = whole[299];
    expect(buffer.finish(chunk, 399, 1)).toBe(whole);
    expect(whole[299]).toBe(last);
  });
});
