// Masking by 32-bit words (§5.3): every alignment of the memory, every place in it, with neighbours that must
// neither change nor be taken for text.

import { describe, expect, it } from 'vitest';
import { hasNonAscii, rotateKey, wordsOf, xor, xorOnce } from '../../src/kernel/js-mask.ts';
import { guarded, keyNumber, naiveMask, toHex } from '../support/bytes.ts';

const KEY = [0x37, 0x7a, 0x21, 0x3d];
const ASCII = Uint8Array.from({ length: 400 }, (_, i) => (i * 5) & 0x7f);
const PLACES = [0, 1, 2, 3, 4, 5, 9].flatMap((from) =>
  [32, 33, 34, 35, 36, 47, 63, 64, 65, 70, 99].map((length) => [from, from + length] as const),
);

/** Memory at every alignment, ASCII in `[from, to)` and above ASCII around it. */
function* places() {
  for (const alignment of [0, 1, 2, 3]) {
    for (const [from, to] of PLACES) {
      const { inside, isIntact } = guarded(to + 13, alignment);
      inside.fill(0xa5);
      inside.set(ASCII.subarray(0, to - from), from);
      yield { inside, isIntact, from, to, name: `alignment ${alignment}, [${from}, ${to})` };
    }
  }
}

describe('words', () => {
  it('lie wholly within the bytes', () => {
    for (let alignment = 0; alignment < 8; alignment++) {
      for (let length = 0; length < 14; length++) {
        const bytes = new Uint8Array(new ArrayBuffer(32), alignment, length);
        const { words, shift } = wordsOf(bytes);
        expect([shift, (alignment + shift) % 4]).toEqual([(4 - (alignment % 4)) % 4, 0]);
        expect(words.length).toBe(Math.max(0, Math.floor((length - shift) / 4)));
        if (words.length > 0) expect(words.byteOffset).toBe(alignment + shift);
      }
    }
  });
});

describe('xor', () => {
  it.each([true, false])('masks what it is told to, and nothing else (by words: %s)', (byWords) => {
    for (const { inside, isIntact, from, to, name } of places()) {
      const seen = xor(inside, from, to, keyNumber(KEY), byWords ? wordsOf(inside) : null);
      const expected = new Uint8Array(to + 13).fill(0xa5);
      expected.set(naiveMask(ASCII.subarray(0, to - from), KEY), from);
      expect(toHex(inside), name).toBe(toHex(expected));
      expect([isIntact(), seen], name).toEqual([true, 0]);
    }
  });

  it('tells of a byte above 0x7F, wherever it is', () => {
    for (const { inside, from, to, name } of places()) {
      for (let at = from; at < to; at++) {
        const bytes = inside.slice(from, to);
        bytes[at - from] |= 0x80;
        const seen = [xor(bytes, 0, to - from, 0, wordsOf(bytes)), xorOnce(bytes, 0, to - from, 0)];
        if (seen.includes(0)) expect.fail(`${name}, ${at}: ${seen}`);
      }
    }
  });

  it('of few bytes, from none to eight', () => {
    for (let length = 0; length <= 8; length++) {
      for (const nonAscii of [0, 0x80]) {
        const bytes = ASCII.slice(0, 12).fill(0xff, length);
        if (length > 0) bytes[length - 1] |= nonAscii;
        const expected = naiveMask(bytes.slice(0, length), KEY);
        const seen = xorOnce(bytes, 0, length, keyNumber(KEY));
        expect(toHex(bytes)).toBe(toHex(expected) + 'ff'.repeat(12 - length));
        expect(seen !== 0).toBe(length > 0 && nonAscii !== 0);
      }
    }
  });
});

describe('hasNonAscii', () => {
  it('looks at what it is told to, and at nothing else', () => {
    for (const { inside, from, to, name } of places()) {
      for (const view of [null, wordsOf(inside)]) {
        expect(hasNonAscii(inside, from, to, view), name).toBe(0);
        for (let at = from; at < to; at++) {
          inside[at] |= 0x80;
          if (hasNonAscii(inside, from, to, view) === 0) expect.fail(`${name}, ${at}`);
          inside[at] &= 0x7f;
        }
      }
    }
  });
});

describe('a key', () => {
  it.each([0, 1, 2, 3, 4, 5, 1023])('is turned for what is %i bytes on', (length) => {
    const turned = KEY.map((_, i) => KEY[(i + length) % 4]);
    expect(rotateKey(keyNumber(KEY), length)).toBe(keyNumber(turned));
    const negative = [0x81, 0x92, 0xa3, 0xb4];
    const expected = keyNumber(negative.map((_, i) => negative[(i + length) % 4]));
    expect(rotateKey(keyNumber(negative), length) | 0).toBe(expected);
  });
});
