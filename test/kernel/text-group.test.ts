// Short strings cut out of longer ones: the text is right, and the engine is asked as seldom as it can be.

import { beforeEach, describe, expect, it } from 'vitest';
import { TextGroup } from '../../src/kernel/text-group.ts';
import { utf8 } from '../support/bytes.ts';

const LETTERS = Array.from({ length: 9000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
/** Behind 7 bytes of something else, one byte or two a letter. */
const BASE = 7;
const narrow = utf8('#'.repeat(BASE) + LETTERS);
const wide = new Uint8Array(BASE + 2 * LETTERS.length);
for (let i = 0; i < LETTERS.length; i++) wide[BASE + 2 * i] = LETTERS.charCodeAt(i);

describe.each([
  { unit: 1, bytes: narrow },
  { unit: 2, bytes: wide },
])('with units of $unit', ({ unit, bytes }) => {
  const size = 4096 / unit;
  let asked: [from: number, to: number][] = [];
  let group: TextGroup;
  const cut = (from: number, length: number, limit = LETTERS.length) =>
    group.cut(bytes, BASE, from, length, limit);

  beforeEach(() => {
    asked = [];
    group = new TextGroup((source, from, to) => {
      asked.push([(from - BASE) / unit, (to - BASE) / unit]);
      let text = '';
      for (let at = from; at < to; at += unit) text += String.fromCharCode(source[at]);
      return text;
    }, unit);
  });

  it('makes many texts at once, up to the edge of the group', () => {
    for (let from = 10; from + 30 <= 10 + size; from += 30) {
      expect(cut(from, 30)).toBe(LETTERS.slice(from, from + 30));
    }
    expect(cut(size + 8, 2)).toBe(LETTERS.slice(size + 8, size + 10));
    expect(asked).toEqual([[10, 10 + size]]);
    expect(cut(size + 9, 2)).toBe(LETTERS.slice(size + 9, size + 11));
    expect(asked).toHaveLength(2);
  });

  it('goes back where it must', () => {
    expect(cut(500, 3)).toBe(LETTERS.slice(500, 503));
    expect(cut(499, 3)).toBe(LETTERS.slice(499, 502));
    expect(asked.map(([from]) => from)).toEqual([500, 499]);
  });

  it('reads nothing from the limit on', () => {
    expect(cut(100, 5, 110)).toBe(LETTERS.slice(100, 105));
    expect(cut(105, 5, 110)).toBe(LETTERS.slice(105, 110));
    expect(asked).toEqual([[100, 110]]);
  });

  it('makes a long text by itself, and keeps the group it has', () => {
    expect(cut(0, 3)).toBe(LETTERS.slice(0, 3));
    expect(cut(1000, size)).toBe(LETTERS.slice(1000, 1000 + size));
    expect(cut(3, 4)).toBe(LETTERS.slice(3, 7));
    expect(cut(size, size - 1)).toBe(LETTERS.slice(size, 2 * size - 1));
    expect(asked).toEqual([
      [0, size],
      [1000, 1000 + size],
      [size, 2 * size],
    ]);
  });

  it('throws where the scan ends before the text does, or less was decoded than asked for', () => {
    const what = 'the scan has no text of 5 code units at 100';
    expect(() => cut(100, 5, 104)).toThrow(what);
    expect(cut(100, 4, 104)).toBe(LETTERS.slice(100, 104));
    group = new TextGroup(() => '', unit);
    for (let i = 0; i < 2; i++) expect(() => cut(100, 5)).toThrow(what);
  });

  it('forgets all when a new scan begins', () => {
    cut(0, 5);
    group.reset();
    expect(cut(0, 5)).toBe(LETTERS.slice(0, 5));
    expect(asked).toHaveLength(2);
  });
});
