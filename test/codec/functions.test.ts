// The bare functions of the entry: mask, unmask, isValidUTF8, and the typed error.

import { describe, expect, it } from 'vitest';
import { isValidUTF8, mask, ProtocolError, unmask, VIOLATION } from '../../src/index.ts';
import { equal, hex, keyNumber, naiveMask, sharedBytes, toHex, utf8 } from '../support/bytes.ts';

const KEY = [0x37, 0xfa, 0x21, 0x3d];

describe('mask and unmask', () => {
  it('return the key for what follows', () => {
    const payload = utf8('a stream just continues');
    const masked = payload.slice();
    let key = keyNumber(KEY) >>> 0;
    for (let at = 0; at < payload.length; at += 5) key = mask(masked.subarray(at, at + 5), key);
    expect(toHex(masked)).toBe(toHex(naiveMask(payload, KEY)));
    expect(key).toBe(keyNumber([KEY[3], KEY[0], KEY[1], KEY[2]]) >>> 0);
    expect(unmask(masked, keyNumber(KEY))).toBe(key);
    expect(toHex(masked)).toBe(toHex(payload));
  });

  it('write where they are told, and nowhere else', () => {
    const output = new Uint8Array(8).fill(0xa5);
    mask(hex('01 02 03'), keyNumber(KEY), output, 4);
    expect(toHex(output)).toBe('a5a5a5a536f822a5');
    for (const offset of [6, -1, 0.5, Number.NaN]) {
      expect(() => mask(hex('01 02 03'), 1, output, offset)).toThrow(RangeError);
    }
  });

  it('between overlapping places, give what two places would', () => {
    for (const by of [-7, -1, 1, 5, 64]) {
      for (const end of [300, 200_000]) {
        const memory = new Uint8Array(end + 100).map((_, i) => i ^ (i >> 8));
        const expected = naiveMask(memory.slice(100, end), KEY);
        mask(memory.subarray(100, end), keyNumber(KEY), memory, 100 + by);
        expect(equal(memory.subarray(100 + by, end + by), expected)).toBe(true);
      }
    }
  });
});

describe('isValidUTF8', () => {
  it('takes bytes of any kind', () => {
    expect(isValidUTF8(utf8('안녕'))).toBe(true);
    expect(isValidUTF8(utf8('안녕').buffer)).toBe(true);
    expect(isValidUTF8(hex('ec 95'))).toBe(false);
    expect(isValidUTF8(new Uint8Array(0))).toBe(true);
    expect(isValidUTF8(sharedBytes(4))).toBe(true);
    expect(() => isValidUTF8('text' as never)).toThrow(TypeError);
  });
});

describe('ProtocolError', () => {
  it.each(Object.entries(VIOLATION))(
    '%s has a code, a close code, a section and an offset',
    (_name, violation) => {
      const cause = new Error('underneath');
      const error = new ProtocolError(violation, { offset: 17, role: 'server', cause });
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe('ProtocolError');
      expect(error.code).toMatch(/^WS_ERR_[A-Z0-9_]+$/);
      expect([1002, 1006, 1007, 1008, 1009, 1011]).toContain(error.closeCode);
      expect(error.section).toMatch(/^\d+(\.\d+)*$/);
      expect(error.message).toContain('at byte 17');
      expect(error).toMatchObject({ offset: 17, role: 'server', cause });
    },
  );
});
