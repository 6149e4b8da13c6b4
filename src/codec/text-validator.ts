// The UTF-8 of a text message that arrives in pieces, RFC 6455 §8.1: it can become invalid at any byte, and may end
// only between characters.

import { checkUtf8, INVALID, locateFault, pendingLength } from '../kernel/utf8.ts';

/** No fault was found. */
export const VALID = -1;

/** Validates one text after another. Methods return the offset of the first byte of an invalid character, or VALID. */
export class TextValidator {
  private readonly check: typeof checkUtf8;
  /** Bytes of a character whose end has not arrived, as in kernel/utf8.ts. */
  private pending = 0;
  /** Offset of the first of them. */
  private pendingAt = 0;

  /** `check`: as Kernel.checkUtf8. */
  constructor(check = checkUtf8) {
    this.check = check;
  }

  /** Whether the text so far ends inside a character. While it does not, ASCII needs no check. */
  get isInsideCharacter(): boolean {
    return this.pending !== 0;
  }

  /** Starts the next text. */
  reset(): void {
    this.pending = 0;
  }

  /** Adds `bytes[begin, end)`, which lie at `offset` of the stream. */
  add(bytes: Uint8Array, begin: number, end: number, offset: number): number {
    const before = this.pending;
    const after = this.check(bytes, begin, end, before);
    if (after === INVALID) {
      const fault = locateFault(bytes, begin, end, before);
      return fault < begin ? this.pendingAt : offset + fault - begin;
    }
    this.pending = after;
    // A character with more bytes than this piece began in an earlier one: its offset stays.
    const length = pendingLength(after);
    if (length <= end - begin) this.pendingAt = offset + end - begin - length;
    return VALID;
  }

  /** Ends the text. */
  end(): number {
    return this.pending === 0 ? VALID : this.pendingAt;
  }
}
