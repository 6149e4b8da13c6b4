// The soak's verdict on memory, on courses whose answer is known.

import { describe, expect, it } from 'vitest';
import { isFlat } from './verdict.mjs';

const MIB = 1 << 20;
const course = (of: (i: number) => number) =>
  Array.from({ length: 100 }, (_, i) => ({ rss: of(i), heapUsed: 10 * MIB, external: 0 }));

describe('memory over a soak', () => {
  it.each<[string, (i: number) => number, boolean]>([
    ['constant', () => 300 * MIB, true],
    ['that grows while it warms up', (i) => Math.min(i, 25) * 10 * MIB, true],
    ['with peaks', (i) => (i % 7 === 0 ? 600 : 300) * MIB, true],
    ['that grows on and on', (i) => (100 + 3 * i) * MIB, false],
    ['that grows late', (i) => (i < 70 ? 100 : 200) * MIB, false],
    ['that falls', (i) => (500 - i) * MIB, true],
  ])('%s: flat is %s', (_name, of, expected) => expect(isFlat(course(of))).toBe(expected));

  it('counts the heap, too, where all of it is rather small', () => {
    const leak = course(() => 500 * MIB).map((sample, i) => ({ ...sample, heapUsed: i * MIB }));
    expect(isFlat(leak)).toBe(false);
  });
});
