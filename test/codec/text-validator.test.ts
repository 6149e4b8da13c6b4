// The validator of text in pieces, against the grammar of RFC 3629: the same verdict and offset for every split.

import { describe, expect, it } from 'vitest';
import { TextValidator, VALID } from '../../src/codec/text-validator.ts';
import { selectKernel } from '../../src/kernel/select.ts';
import { hex, utf8 } from '../support/bytes.ts';
import { judge } from '../support/naive-utf8.ts';

const kernel = selectKernel();
const OFFSET = 1000;

/** The fault in a text that arrives in pieces, which end at these indexes. Padding surrounds each piece. */
function faultOf(validator: TextValidator, bytes: Uint8Array, ends: readonly number[]): number {
  let begin = 0;
  for (const end of [...ends, bytes.length]) {
    const padded = new Uint8Array(end - begin + 4).fill(0xff);
    padded.set(bytes.subarray(begin, end), 2);
    const fault = validator.add(padded, 2, 2 + end - begin, OFFSET + begin);
    if (fault !== VALID) return fault;
    begin = end;
  }
  return validator.end();
}

describe.each([
  ['the JavaScript check', () => new TextValidator()],
  ["the kernel's check", () => new TextValidator((...text) => kernel.checkUtf8(...text))],
])('with %s', (_name, create) => {
  it.each([
    ['ASCII', utf8('Hello')],
    ['Korean', utf8('안녕하세요')],
    ['an emoji at the end', utf8('a😀')],
    ['a truncated emoji', utf8('a😀').subarray(0, -1)],
    ['a truncated emoji of one byte', hex('61 f0')],
    ['an overlong form', hex('61 c0 80 61')],
    ['a surrogate', hex('ec 95 88 ed a0 80')],
    ['above U+10FFFF', hex('f4 90 80 80')],
    ['ASCII after an unfinished character', hex('ec 95 61')],
    ['a continuation byte alone', hex('61 61 80')],
    ['no bytes', hex('')],
  ])('reports the offset of the fault for every split: %s', (_text, bytes) => {
    const { kind, at } = judge(bytes);
    const expected = kind === 'valid' ? VALID : OFFSET + at;
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        expect(faultOf(create(), bytes, [first, second]), `${first} ${second}`).toBe(expected);
      }
    }
    const singles = Array.from(bytes, (_byte, index) => index);
    expect(faultOf(create(), bytes, singles)).toBe(expected);
  });

  it('reset discards an unfinished character', () => {
    const validator = create();
    expect(validator.add(hex('f0'), 0, 1, 0)).toBe(VALID);
    expect(validator.isInsideCharacter).toBe(true);
    validator.reset();
    expect(validator.isInsideCharacter).toBe(false);
    expect(faultOf(validator, utf8('ok'), [1])).toBe(VALID);
  });
});
