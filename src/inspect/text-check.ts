// §8.1, as the decoder checks it: text may go wrong at any byte of any frame, and end only between characters.

import { checkUtf8, INVALID, locateFault, pendingLength } from '../kernel/utf8.ts';

/** The text of one message, in pieces. */
export class TextCheck {
  /** Bytes of a character cut in two, as in kernel/utf8.ts. */
  private pending = 0;
  /** Where in the input the first of them is. */
  private pendingAt = 0;

  reset(): void {
    this.pending = 0;
  }

  /** Takes a piece that lies at `offset` of the input. Returns the offset of the byte at fault, or -1. */
  add(piece: Uint8Array, offset: number): number {
    const before = this.pending;
    const after = checkUtf8(piece, 0, piece.length, before);
    if (after === INVALID) {
      const fault = locateFault(piece, 0, piece.length, before);
      return fault < 0 ? this.pendingAt : offset + fault;
    }
    this.pending = after;
    // A character longer than this piece began in an earlier one: there, it stays.
    const length = pendingLength(after);
    if (length <= piece.length) this.pendingAt = offset + piece.length - length;
    return -1;
  }

  /** The message is over. Returns the offset of a character that is not, or -1. */
  end(): number {
    return this.pending === 0 ? -1 : this.pendingAt;
  }
}
