// The UTF-8 rule for text that comes in pieces, RFC 6455 §8.1: a character may be cut in two, and the stream fails at the
// first byte that makes the text invalid.

import { FLAG_NON_ASCII } from '../kernel/frame-table.ts';
import { MODE_SKIP_UTF8 } from '../kernel/modes.ts';
import { INVALID, locateFault, pendingLength } from '../kernel/utf8.ts';
import { VIOLATION } from '../protocol/violations.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Delivery } from './options.ts';

export class TextChecker<D extends Delivery> {
  private readonly dispatcher: Dispatcher<D>;
  /** Bytes of a character cut in two, as in kernel/utf8.ts. */
  private pending = 0;
  /** Offset in the stream of the first of them. */
  private pendingAt = 0;

  constructor(dispatcher: Dispatcher<D>) {
    this.dispatcher = dispatcher;
  }

  /**
   * Whether `bytes[begin, end)`, at offset `at` of the stream, may continue the text. Fails the stream where it must
   * not, or where the last piece ends within a character.
   */
  accepts(
    bytes: Uint8Array,
    begin: number,
    end: number,
    at: number,
    flags: number,
    isLast: boolean,
  ): boolean {
    const { dispatcher, pending: before } = this;
    if (dispatcher.settings.rules & MODE_SKIP_UTF8) return true;
    if ((flags & FLAG_NON_ASCII) === 0 && before === 0) return true;
    const after = dispatcher.checkUtf8(bytes, begin, end, before);
    if (after === INVALID) {
      const fault = locateFault(bytes, begin, end, before);
      dispatcher.fail(VIOLATION.INVALID_UTF8, fault < begin ? this.pendingAt : at + fault - begin);
      return false;
    }
    this.pending = after;
    // A character longer than this piece began in an earlier one: `pendingAt` stays there.
    const length = pendingLength(after);
    if (length <= end - begin) this.pendingAt = at + end - begin - length;
    if (after === 0 || !isLast) return true;
    dispatcher.fail(VIOLATION.INVALID_UTF8, this.pendingAt);
    return false;
  }
}
