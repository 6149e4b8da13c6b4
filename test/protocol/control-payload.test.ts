// What may be sent in a control frame (§5.5), and with which status code (§7.4), at the edges of every range.

import { describe, expect, it } from 'vitest';
import { assertClose, assertControl } from '../../src/protocol/control-payload.ts';
import { isControl } from '../../src/protocol/opcodes.ts';
import { isValidStatusCode } from '../../src/protocol/status-codes.ts';

const RANGES = [
  [1000, 1003],
  [1007, 1014],
  [3000, 4999],
];

describe('a status code', () => {
  it('may be sent if the registry or §7.4.2 has it, and it stands for no missing one', () => {
    for (let code = 0; code <= 0xffff; code++) {
      const expected = RANGES.some(([least, most]) => code >= least && code <= most);
      if (isValidStatusCode(code) !== expected) expect.fail(String(code));
    }
  });
});

describe('a close frame', () => {
  it.each([
    [undefined, 0],
    [1000, 0],
    [1000, 123],
    [4999, 1],
  ])('may carry code %s and %i bytes', (code, length) => {
    expect(() => assertClose(code, length)).not.toThrow();
  });

  it.each([
    [undefined, 1, 'a close reason needs a status code (§5.5.1)'],
    [1005, 0, '1005 is not a status code to send (§7.4)'],
    [1000, 124, 'a close reason has at most 123 bytes (§5.5)'],
  ])('must not carry code %s and %i bytes: %s', (code, length, message) => {
    expect(() => assertClose(code, length)).toThrow(new RangeError(message));
  });
});

describe('a control frame', () => {
  it('has the highest bit of the opcode set', () => {
    const controls = Array.from({ length: 16 }, (_, opcode) => opcode).filter(isControl);
    expect(controls).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it('is whole, and carries 125 bytes at most', () => {
    expect(() => assertControl(true, 125)).not.toThrow();
    const fragmented = new RangeError('a control frame must not be fragmented (§5.5)');
    expect(() => assertControl(false, 0)).toThrow(fragmented);
    const large = new RangeError('a control frame carries at most 125 bytes (§5.5)');
    expect(() => assertControl(true, 126)).toThrow(large);
  });
});
