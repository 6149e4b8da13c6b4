// Entries of the frame table -> control frames, RFC 6455 §5.5. One may come between the frames of a message, and in
// pieces itself.

import { FLAG_END, OPCODE } from '../kernel/frame-table.ts';
import { MODE_SKIP_UTF8 } from '../kernel/modes.ts';
import { concat, copyOf, viewOf } from '../kernel/platform.ts';
import { locateFault } from '../kernel/utf8.ts';
import { readStatusCode } from '../protocol/control-payload.ts';
import { CLOSE } from '../protocol/opcodes.ts';
import { isValidStatusCode } from '../protocol/status-codes.ts';
import { VIOLATION } from '../protocol/violations.ts';
import type { Cursor } from './cursor.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Delivery } from './options.ts';

export class ControlAssembler<D extends Delivery> {
  private readonly dispatcher: Dispatcher<D>;
  /** What has come of a payload. */
  private payload: Uint8Array | null = null;
  private payloadAt = 0;

  constructor(dispatcher: Dispatcher<D>) {
    this.dispatcher = dispatcher;
  }

  /** Takes the current entry. */
  accept(cursor: Cursor): void {
    const { flags } = cursor;
    try {
      this.append(cursor);
    } catch (cause) {
      this.dispatcher.abort(cause);
      return;
    }
    if ((flags & FLAG_END) === 0) return;
    const payload = this.payload as Uint8Array;
    this.payload = null;
    const opcode = flags & OPCODE;
    if (opcode !== CLOSE || this.isValidClose(payload)) {
      this.dispatcher.deliverControl(opcode, payload);
    }
  }

  private append(cursor: Cursor): void {
    const { start, length } = cursor;
    const here = copyOf(cursor.scan.source, start, start + length);
    if (this.payload === null) {
      this.payloadAt = cursor.offset;
      this.payload = here;
    } else this.payload = concat([this.payload, here], this.payload.length + here.length);
  }

  /** §5.5.1, §7.4. Fails the stream where the payload breaks a rule. */
  private isValidClose(payload: Uint8Array): boolean {
    const { dispatcher, payloadAt } = this;
    if (payload.length === 0) return true;
    const value = readStatusCode(payload);
    if (!isValidStatusCode(value)) {
      dispatcher.fail(VIOLATION.INVALID_CLOSE_CODE, payloadAt, { value });
      return false;
    }
    const isUnchecked = (dispatcher.settings.rules & MODE_SKIP_UTF8) !== 0;
    if (isUnchecked || dispatcher.isValidUtf8(viewOf(payload, 2, payload.length))) return true;
    dispatcher.fail(VIOLATION.INVALID_UTF8, payloadAt + locateFault(payload, 2, payload.length, 0));
    return false;
  }

  /** Bytes of memory held for what is not whole. */
  get heldBytes(): number {
    return this.payload?.length ?? 0;
  }

  clear(): void {
    this.payload = null;
  }
}
