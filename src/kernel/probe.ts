// The known-answer probe: a module that does not give these answers is not used. It runs at the first use in
// every process, so it asks the module itself and makes little.

import { VIOLATION } from '../protocol/violations.ts';
import {
  ENTRY_WORDS,
  EXTRA,
  FLAG_END,
  FLAG_ERROR,
  FLAG_FIN,
  FLAG_FIRST,
  FLAG_NON_ASCII,
  FLAG_START,
  FLAGS,
  LENGTH,
  OFFSET,
} from './frame-table.ts';

/** Three masked text frames: "Hello" of RFC 6455 §5.7; "안" under a key of zeros; a surrogate for it. */
const FRAMES = [
  ...[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58],
  ...[0x81, 0x83, 0x00, 0x00, 0x00, 0x00, 0xec, 0x95, 0x88],
  ...[0x81, 0x83, 0x00, 0x00, 0x00, 0x00, 0xed, 0xa0, 0x80],
];
const HELLO = [0x48, 0x65, 0x6c, 0x6c, 0x6f];
const HELLO_PAYLOAD = 6;

const WHOLE_TEXT = FLAG_FIN | FLAG_START | FLAG_END | FLAG_FIRST | 1;

/**
 * Whether the module reads, unmasks and validates as it must: `scan` is asked what it makes of the first
 * `length` bytes of `input`, as a server.
 */
export function answersRight(
  input: Uint8Array,
  table: Int32Array,
  scan: (length: number) => number,
): boolean {
  input.set(FRAMES);
  const count = scan(FRAMES.length);
  for (let i = 0; i < HELLO.length; i++) if (input[HELLO_PAYLOAD + i] !== HELLO[i]) return false;
  const hangul = ENTRY_WORDS;
  const surrogate = 2 * ENTRY_WORDS;
  return (
    count === 3 &&
    table[OFFSET] === HELLO_PAYLOAD &&
    table[LENGTH] === HELLO.length &&
    table[FLAGS] === WHOLE_TEXT &&
    table[hangul + FLAGS] === (WHOLE_TEXT | FLAG_NON_ASCII) &&
    table[surrogate + FLAGS] === FLAG_ERROR &&
    table[surrogate + EXTRA] === VIOLATION.INVALID_UTF8
  );
}
