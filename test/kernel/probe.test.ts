// The known-answer probe: the right answers pass, and each by itself, made wrong, does not.

import { describe, expect, it } from 'vitest';
import { JsScan } from '../../src/kernel/js.ts';
import { answersRight } from '../../src/kernel/probe.ts';

/** Answers rightly, then does as it is told to what it answered. */
function ask(distort: (input: Uint8Array, table: Int32Array) => number | undefined): boolean {
  const scan = new JsScan();
  const input = new Uint8Array(64);
  const state = { key: 0, remaining: 0, current: 0, fragmented: 0, messageLength: 0 };
  return answersRight(input, scan.table, (length) => {
    const bytes = input.subarray(0, length);
    scan.scan({ rules: 1, maxPayload: 125, ...state }, bytes, 0, bytes, 0);
    // What the module looks at itself, the JavaScript kernel leaves to its caller.
    scan.table[4 + 2] &= ~0x400;
    scan.table.set([20, 3, 0x200, 13], 8);
    return distort(input, scan.table) ?? scan.count;
  });
}

describe('the probe', () => {
  it('passes what answers right', () => {
    expect(ask(() => undefined)).toBe(true);
  });

  it.each([0, 2, 4])('refuses %i entries', (count) => {
    expect(ask(() => count)).toBe(false);
  });

  it.each([6, 7, 8, 9, 10])('refuses a wrong byte %i', (at) => {
    expect(
      ask((input) => {
        input[at] ^= 0x20;
        return undefined;
      }),
    ).toBe(false);
  });

  it.each([
    ['offset', 0],
    ['length', 1],
    ['flags', 2],
    ['flags of non-ASCII text', 6],
    ['flags of an error', 10],
    ['violation', 11],
  ])('refuses a wrong %s', (_name, word) => {
    expect(
      ask((_input, table) => {
        table[word] ^= 1;
        return undefined;
      }),
    ).toBe(false);
  });
});
