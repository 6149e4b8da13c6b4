// What the platform gives, whatever platform: copies, views and text, round the lengths where another way is taken.

import { describe, expect, it } from 'vitest';
import {
  allocate,
  concat,
  copyInto,
  copyOf,
  decodeBase64,
  sliceLatin1,
  sliceUtf8,
  sliceUtf16,
  utf8Length,
  viewOf,
  writeUtf8,
} from '../../src/kernel/platform.ts';
import { hex, join, toHex, utf8 } from '../support/bytes.ts';

const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * 7);

describe('copies', () => {
  const RANGES = [
    [0, 300],
    [0, 299],
    [1, 300],
    ...[0, 1, 46, 47, 48, 49, 200].map((length) => [17, 17 + length]),
  ];

  it.each(RANGES)('of [%i, %i) stand where they are wanted, and nowhere else', (from, to) => {
    const target = new Uint8Array(400).fill(0xa5);
    copyInto(target, 5, bytes, from, to);
    const around = new Uint8Array(400).fill(0xa5);
    around.set(bytes.subarray(from, to), 5);
    expect(toHex(target)).toBe(toHex(around));
    const copy = copyOf(bytes, from, to);
    expect(toHex(copy)).toBe(toHex(bytes.subarray(from, to)));
    expect(copy.buffer).not.toBe(bytes.buffer);
    expect(copy.buffer.byteLength).toBe(to - from);
  });

  it('of several pieces are one behind another', () => {
    const whole = concat([bytes.subarray(3, 8), new Uint8Array(0), bytes.subarray(1, 4)], 8);
    expect(toHex(whole)).toBe(toHex(join(bytes.subarray(3, 8), bytes.subarray(1, 4))));
    expect(whole.buffer.byteLength).toBe(8);
  });
});

describe('views and memory', () => {
  it('share memory, count from the view they are made of, and are of one class', () => {
    const middle = bytes.subarray(100, 200);
    const view = viewOf(middle, 10, 25);
    expect([view.buffer === bytes.buffer, view.byteOffset, view.length]).toEqual([true, 110, 15]);
    const isBuffer = globalThis.Buffer?.isBuffer(view) ?? false;
    expect(globalThis.Buffer?.isBuffer(allocate(1)) ?? false).toBe(isBuffer);
  });

  it('is of the length asked for, and nobody else’s', () => {
    const memory = allocate(10);
    expect([memory.length, memory.buffer.byteLength]).toEqual([10, 10]);
  });
});

describe('text', () => {
  const encoded = join(hex('ff'), utf8('\ufeff안 a😀'), hex('ff'));
  const whole = [1, encoded.length - 1] as const;

  it('is cut out of UTF-8, a byte order mark with it, what is wrong replaced', () => {
    expect(sliceUtf8(encoded, ...whole)).toBe('\ufeff안 a😀');
    expect(sliceUtf8(encoded.subarray(1), 3, 6)).toBe('안');
    expect(sliceUtf8(encoded, 0, 1)).toBe('\ufffd');
    expect(sliceUtf8(encoded, 3, 3)).toBe('');
  });

  it('is cut out of UTF-16, and of ASCII', () => {
    const units = Uint8Array.from([9, 9, 0xff, 0xfe, 0x61, 0, 0x48, 0xc5, 9, 9]);
    expect(sliceUtf16(units, 2, 8)).toBe('\ufeffa안');
    expect(sliceLatin1(utf8('xHello, ASCII\u007fx'), 1, 14)).toBe('Hello, ASCII\u007f');
  });

  it.each(['', 'a', 'é', '안녕', '😀', '\ud800', `${'a'.repeat(1000)}가`])(
    '%j is written',
    (text) => {
      const target = new Uint8Array(3100).fill(0xa5);
      const length = utf8(text).length;
      expect(utf8Length(text)).toBe(length);
      expect(writeUtf8(target, text, 3)).toBe(length);
      expect(toHex(target.subarray(0, 3 + length))).toBe(`a5a5a5${toHex(utf8(text))}`);
      expect(target.subarray(3 + length).every((byte) => byte === 0xa5)).toBe(true);
    },
  );

  it('is written as far as there is room', () => {
    const target = new Uint8Array(5);
    expect(writeUtf8(target, 'abcdef', 2)).toBe(3);
    expect(toHex(target)).toBe('0000616263');
  });

  it('is read from base64, of any length', () => {
    for (const [text, expected] of [
      ['', ''],
      ['AA==', '00'],
      ['/+8=', 'ffef'],
      ['AH+A', '007f80'],
    ]) {
      expect(toHex(decodeBase64(text))).toBe(expected);
    }
  });
});
