// Entries of the frame table -> control frames, RFC 6455 §5.5.

import { FLAG_END, FLAGS, LENGTH, OFFSET, OPCODE } from '../kernel/frame-table.ts';
import type { Scan } from '../kernel/kernel.ts';
import { MODE_SKIP_UTF8 } from '../kernel/modes.ts';
import { concat, copyOf, viewOf } from '../kernel/platform.ts';
import { locateFault } from '../kernel/utf8.ts';
import { readStatusCode } from '../protocol/control-payload.ts';
import { CLOSE } from '../protocol/opcodes.ts';
import { isValidStatusCode } from '../protocol/status-codes.ts';
import { VIOLATION } from '../protocol/violations.ts';
import { DecoderOutput } from './delivery.ts';
import type { Delivery } from './options.ts';

/** The part of a decoder that knows control frames. */
export abstract class ControlReader<D extends Delivery> extends DecoderOutput<D> {
  /** What there is of a control frame's payload that came in pieces. */
  private control: Uint8Array | null = null;
  private controlAt = 0;

  /** §5.5: a control frame may come between the frames of a message, and be cut in two itself. */
  protected acceptControl(scan: Scan, word: number): void {
    const flags = scan.table[word + FLAGS];
    try {
      this.gatherControl(scan, word);
    } catch (cause) {
      this.giveUp(cause);
      return;
    }
    if ((flags & FLAG_END) === 0) return;
    const payload = this.control as Uint8Array;
    this.control = null;
    const opcode = flags & OPCODE;
    if (opcode !== CLOSE || this.isValidClose(payload)) this.deliverControl(opcode, payload);
  }

  private gatherControl({ table, source, base }: Scan, word: number): void {
    const begin = base + table[word + OFFSET];
    const here = copyOf(source, begin, begin + table[word + LENGTH]);
    if (this.control === null) {
      this.controlAt = this.position + table[word + OFFSET];
      this.control = here;
    } else {
      this.control = concat([this.control, here], this.control.length + here.length);
    }
  }

  /** §5.5.1, §7.4. Fails the stream where the payload breaks a rule. */
  private isValidClose(payload: Uint8Array): boolean {
    if (payload.length === 0) return true;
    const value = readStatusCode(payload);
    if (!isValidStatusCode(value)) {
      this.fail(VIOLATION.INVALID_CLOSE_CODE, this.controlAt, { value });
      return false;
    }
    const isUnchecked = (this.settings.rules & MODE_SKIP_UTF8) !== 0;
    if (isUnchecked || this.isValidUtf8(viewOf(payload, 2, payload.length))) return true;
    const fault = locateFault(payload, 2, payload.length, 0);
    this.fail(VIOLATION.INVALID_UTF8, this.controlAt + fault);
    return false;
  }

  /** Bytes of memory held for what is not whole. */
  protected get heldControl(): number {
    return this.control?.length ?? 0;
  }

  protected override end(): void {
    super.end();
    this.control = null;
  }
}
