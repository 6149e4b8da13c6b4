// The drop-ins for bufferutil and utf-8-validate, against the real packages; and wsimd/ws where there is no ws.

import bufferutil from 'bufferutil';
import realIsValidUTF8 from 'utf-8-validate';
import { describe, expect, it } from 'vitest';
import * as ours from '../../src/adapters/bufferutil.ts';
import isValidUTF8 from '../../src/adapters/utf-8-validate.ts';
import * as inPage from '../../src/adapters/ws/browser.ts';
import { toHex } from '../support/bytes.ts';
import { Random, seed } from '../support/random.ts';

const random = new Random(seed);

describe(`wsimd/bufferutil (WSIMD_SEED=${seed})`, () => {
  it('masks as bufferutil does', () => {
    for (let length = 0; length < 300; length++) {
      const source = Buffer.from(random.bytes(length + 5));
      const key = Buffer.from(random.key());
      const offset = random.below(20);
      const [theirs, mine] = [Buffer.alloc(length + 40, 0xa5), Buffer.alloc(length + 40, 0xa5)];
      bufferutil.mask(source, key, theirs, offset, length);
      ours.mask(source, key, mine, offset, length);
      expect(toHex(mine)).toBe(toHex(theirs));
    }
  });

  it('masks in place and with the output in the source’s own memory, as ws calls it', () => {
    const payload = Buffer.from(random.bytes(5000));
    const key = Buffer.from([1, 2, 3, 4]);
    const theirs = Buffer.concat([Buffer.alloc(14), payload]);
    const mine = Buffer.from(theirs);
    bufferutil.mask(theirs.subarray(14), key, theirs, 14, 5000);
    ours.mask(mine.subarray(14), key, mine, 14, 5000);
    expect(toHex(mine)).toBe(toHex(theirs));
  });

  it('unmasks as bufferutil does', () => {
    for (const length of [0, 1, 3, 31, 32, 33, 1000, 65_536, 100_003]) {
      const theirs = Buffer.from(random.bytes(length));
      const mine = Buffer.from(theirs);
      const key = Buffer.from(random.key());
      bufferutil.unmask(theirs, key);
      ours.unmask(mine, key);
      expect(mine.equals(theirs)).toBe(true);
    }
  });

  it('has the same exports', () => {
    expect(Object.keys(ours.default).sort()).toEqual(Object.keys(bufferutil).sort());
  });
});

describe('wsimd/utf-8-validate', () => {
  it('judges as utf-8-validate does', () => {
    for (let i = 0; i < 3000; i++) {
      const text = random.chance(0.5)
        ? '안녕 naïve 😀 '.repeat(random.below(9))
        : 'ascii '.repeat(random.below(40));
      const bytes = Buffer.from(text);
      if (bytes.length > 0 && random.chance(0.5))
        bytes[random.below(bytes.length)] = random.below(256);
      expect(isValidUTF8(bytes)).toBe(realIsValidUTF8(bytes));
    }
  });
});

describe('wsimd/ws in a page', () => {
  it.each(Object.entries(inPage))('%s fails where it is used, and only there', async (_, value) => {
    const inWords = /^wsimd\/ws is for Node: .* use wsimd\/streams$/;
    const unavailable = value as typeof WebSocket;
    expect(() => new unavailable('ws://localhost')).toThrow(inWords);
    expect(value as () => void).toThrow(inWords);
    expect(() => unavailable.OPEN).toThrow(inWords);
    expect(await value).toBe(value);
  });
});
