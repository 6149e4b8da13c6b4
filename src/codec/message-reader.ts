// Entries of the frame table -> messages, RFC 6455 §5.4 and §6.2: all but the whole messages that the
// decoder's walk delivers by itself.

import {
  EXTRA,
  FLAG_COMPRESSED,
  FLAG_END,
  FLAG_ERROR,
  FLAG_FIN,
  FLAG_FIRST,
  FLAG_NON_ASCII,
  FLAG_START,
  FLAGS,
  LENGTH,
  OFFSET,
  OPCODE,
} from '../kernel/frame-table.ts';
import { rotateKey } from '../kernel/js-mask.ts';
import type { Scan, ScanState } from '../kernel/kernel.ts';
import { MODE_SKIP_UTF8 } from '../kernel/modes.ts';
import { copyOf, viewOf } from '../kernel/platform.ts';
import { INVALID, locateFault, pendingLength } from '../kernel/utf8.ts';
import { RULE_SERVER } from '../protocol/header-rules.ts';
import { TEXT } from '../protocol/opcodes.ts';
import { VIOLATION, type Violation } from '../protocol/violations.ts';
import { ControlReader } from './control-reader.ts';
import { fieldAtFault } from './field-at-fault.ts';
import { LostPiece, MessageBuffer } from './message-buffer.ts';
import type { Delivery, Payload } from './options.ts';

const FIRST = FLAG_FIRST | FLAG_START;
const LAST = FLAG_FIN | FLAG_END;
/** Of a frame that is a message by itself. */
const ONLY = FLAG_FIRST | FLAG_FIN;

/** Payloads are passed on without a scan from this many bytes on; bench/receive, 4 KiB chunks. */
const LONG = 2048;

/** The part of a decoder that knows messages; decoder.ts is the part that knows chunks. */
export abstract class MessageReader<D extends Delivery> extends ControlReader<D> {
  /** What there is of the message (or, by frames, the frame) in progress. */
  private message: MessageBuffer | null = null;
  private messageAt = 0;
  private isBinary = false;
  private nonAscii = 0;
  /** Bytes of a character cut in two, as in kernel/utf8.ts. */
  private pending = 0;
  /** Offset in the stream of the first of them. */
  private pendingAt = 0;
  private fragments = 0;
  /** Chunks the frame in progress has come in so far. */
  protected chunks = 0;
  private textStream: TextDecoder | null = null;

  /** Payload bytes still to come of the frame that the last scan ended in. */
  protected abstract get remaining(): number;

  /** Takes any entry. Its payload begins at index `from + offset` of `out`. */
  protected accept(scan: Scan, word: number, out: Uint8Array, from: number): void {
    const flags = scan.table[word + FLAGS];
    if (flags & FLAG_START) this.chunks = 1;
    if (flags & FLAG_ERROR) this.refuse(scan, word);
    else if (flags & 0x08) this.acceptControl(scan, word);
    else this.acceptData(scan, word, out, from);
  }

  /** The scan found a rule broken. */
  private refuse({ table, source, base }: Scan, word: number): void {
    let offset = table[word + OFFSET];
    const violation = table[word + EXTRA] as Violation;
    if (violation === VIOLATION.INVALID_UTF8) {
      const begin = base + offset;
      offset = locateFault(source, begin, begin + table[word + LENGTH], 0) - base;
    }
    this.fail(violation, this.position + offset, {
      value: fieldAtFault(violation, source, base + offset),
    });
  }

  /** A frame of a fragmented message, a part of a frame, or a whole message to be transformed. */
  private acceptData(scan: Scan, word: number, out: Uint8Array, from: number): void {
    const flags = scan.table[word + FLAGS];
    if ((flags & FIRST) === FIRST) {
      this.messageAt = this.position + scan.table[word + OFFSET];
      this.isBinary = (flags & OPCODE) !== TEXT;
      this.nonAscii = 0;
      this.fragments = 0;
    }
    if (flags & FLAG_START && ++this.fragments > this.settings.maxFragments) {
      this.fail(VIOLATION.TOO_MANY_FRAGMENTS, this.position + scan.table[word + OFFSET]);
      return;
    }
    this.nonAscii |= flags & FLAG_NON_ASCII;
    const isText = !this.isBinary && (flags & FLAG_COMPRESSED) === 0;
    if (isText && !this.isValidPiece(scan, word)) return;
    const inParts = this.settings.partial && (flags & FLAG_COMPRESSED) === 0;
    if (inParts) this.deliverPart(scan, word, out, from);
    else this.collect(scan, word, out, from);
  }

  private isValidPiece({ table, source, base }: Scan, word: number): boolean {
    const flags = table[word + FLAGS];
    const begin = base + table[word + OFFSET];
    const isLast = (flags & LAST) === LAST;
    const at = this.position + table[word + OFFSET];
    return this.isValidText(source, begin, begin + table[word + LENGTH], at, flags, isLast);
  }

  /**
   * §8.1. Whether `bytes[begin, end)`, at offset `at` of the stream, may go on the text in progress. Fails
   * the stream at the first byte that makes it invalid, or, with the last piece, where it ends too early.
   */
  private isValidText(
    bytes: Uint8Array,
    begin: number,
    end: number,
    at: number,
    flags: number,
    isLast: boolean,
  ): boolean {
    if (this.settings.rules & MODE_SKIP_UTF8) return true;
    const before = this.pending;
    if ((flags & FLAG_NON_ASCII) === 0 && before === 0) return true;
    const after = this.checkUtf8(bytes, begin, end, before);
    if (after === INVALID) {
      const fault = locateFault(bytes, begin, end, before);
      this.fail(VIOLATION.INVALID_UTF8, fault < begin ? this.pendingAt : at + fault - begin);
      return false;
    }
    this.pending = after;
    // A character longer than this piece began in an earlier one: there, it stays.
    const length = pendingLength(after);
    if (length <= end - begin) this.pendingAt = at + end - begin - length;
    if (after === 0 || !isLast) return true;
    this.fail(VIOLATION.INVALID_UTF8, this.pendingAt);
    return false;
  }

  /** Hands over a piece as it is, text cut between characters. */
  private deliverPart(scan: Scan, word: number, out: Uint8Array, from: number): void {
    const { table, source, base } = scan;
    const { delivery } = this.settings;
    const begin = base + table[word + OFFSET];
    const end = begin + table[word + LENGTH];
    const isLast = (table[word + FLAGS] & LAST) === LAST;
    let data: Uint8Array | string;
    if (this.makesString) {
      this.textStream ??= new TextDecoder('utf-8', { ignoreBOM: true });
      data = this.textStream.decode(viewOf(source, begin, end), { stream: !isLast });
    } else if (delivery === 'borrowed') {
      data = viewOf(source, begin, end);
    } else {
      data = this.lasting(scan, word, out, from);
    }
    if (data.length > 0 || isLast) this.handlers.part?.(data as Payload<D>, this.isBinary, isLast);
  }

  /** The payload of an entry, in memory that outlives the walk: a view where that is wanted, or a copy. */
  protected lasting(scan: Scan, word: number, out: Uint8Array, from: number): Uint8Array {
    const offset = scan.table[word + OFFSET];
    const length = scan.table[word + LENGTH];
    if (this.settings.delivery === 'view') {
      return viewOf(out, from + offset, from + offset + length);
    }
    return copyOf(scan.source, scan.base + offset, scan.base + offset + length);
  }

  /** Adds a piece to the message, or by frames to the frame, and hands it over when it is whole. */
  private collect(scan: Scan, word: number, out: Uint8Array, from: number): void {
    const { table } = scan;
    const { frames, maxBufferedBytes } = this.settings;
    const flags = table[word + FLAGS];
    const isWhole = frames ? (flags & FLAG_END) !== 0 : (flags & LAST) === LAST;
    let whole: Uint8Array | null = null;
    try {
      if (isWhole) whole = this.complete(scan, word, out, from);
      else this.gather(scan, word, out, from);
    } catch (cause) {
      this.giveUpMessage(cause);
      return;
    }
    if (whole !== null) {
      this.message = null;
      this.finish(whole, flags);
    } else if (this.heldBytes > maxBufferedBytes) {
      this.fail(VIOLATION.TOO_MANY_BUFFERED_BYTES, this.position + table[word + OFFSET]);
    }
  }

  // As giveUp, of what gathering the pieces of a message threw.
  protected giveUpMessage(cause: unknown): void {
    if (cause instanceof LostPiece) this.failDetached(this.messageAt);
    else this.giveUp(cause);
  }

  /** What was gathered, with the last piece. */
  private complete(scan: Scan, word: number, out: Uint8Array, from: number): Uint8Array {
    if (this.message === null) return this.lasting(scan, word, out, from);
    const { table, source, base } = scan;
    return this.message.finish(source, base + table[word + OFFSET], table[word + LENGTH]);
  }

  private gather(scan: Scan, word: number, out: Uint8Array, from: number): void {
    this.message ??= new MessageBuffer();
    const { message } = this;
    const { table, source, base } = scan;
    const { frames, delivery, rules } = this.settings;
    const flags = table[word + FLAGS];
    const length = table[word + LENGTH];
    const isKnown = frames || (flags & FLAG_FIN) !== 0;
    const toCome = (flags & FLAG_END) === 0 ? this.remaining : 0;
    const total = isKnown ? message.length + length + toCome : 0;
    if (delivery === 'view' && (rules & RULE_SERVER) === 0) {
      message.keep(this.lasting(scan, word, out, from), total);
    } else message.append(source, base + table[word + OFFSET], length, total);
  }

  /** Whether a payload in progress is better passed on than scanned, given `available` bytes of it or more. */
  protected isLong({ current, remaining, rules }: ScanState, available: number): boolean {
    if (Math.min(remaining - 1, available) < LONG || current === 0 || (current & 0x08) !== 0) {
      return false;
    }
    // Text of a client that is to become a string must be looked at: the scan does.
    return !this.settings.partial && ((rules & RULE_SERVER) !== 0 || !this.makesString);
  }

  /**
   * Passes a long payload on without a scan: from the chunk, unmasked, straight to the message's memory;
   * where all of it is here and views are wanted, to where it lies; of a client, it stays where it is.
   * Leaves the last byte to the scan, which ends the frame. Returns the bytes it took of `chunk[from...]`.
   */
  protected passLong(state: ScanState, chunk: Uint8Array, out: Uint8Array, from: number): number {
    const { current, remaining } = state;
    const length = Math.min(remaining - 1, chunk.length - from);
    const isKnown = this.settings.frames || (current & FLAG_FIN) !== 0;
    this.message ??= new MessageBuffer();
    const { message } = this;
    const total = isKnown ? message.length + remaining : 0;
    const isAll = from === 0 && length === chunk.length;
    const piece = isAll ? chunk : viewOf(chunk, from, from + length);
    let flags: number = FLAG_NON_ASCII;
    let text = piece;
    let textAt = 0;
    if ((state.rules & RULE_SERVER) !== 0) {
      if (this.canStay(state, chunk.length - from))
        message.adopt(viewOf(out, from, from + remaining));
      textAt = message.reserve(length, total);
      text = message.block;
      if (this.kernel.mask(piece, state.key, text, textAt, length) === 0) flags = 0;
      state.key = rotateKey(state.key, length);
    } else if (this.settings.delivery === 'view') message.keep(piece, total);
    else message.append(piece, 0, length, total);
    state.remaining = remaining - length;
    this.nonAscii |= flags;
    const at = this.position;
    this.position += length;
    if (message.held > this.settings.maxBufferedBytes) {
      this.fail(VIOLATION.TOO_MANY_BUFFERED_BYTES, at);
    } else if (!this.isBinary && (current & FLAG_COMPRESSED) === 0) {
      this.isValidText(text, textAt, textAt + length, at, flags, false);
    }
    return length;
  }

  /** Whether a payload of which all the rest is here can become a view of where it lies. */
  private canStay({ current, remaining }: ScanState, available: number): boolean {
    const isOnly = this.settings.frames || (current & ONLY) === ONLY;
    const isWhole = remaining <= available && this.message?.length === 0;
    return this.settings.delivery === 'view' && isOnly && isWhole;
  }

  private get makesString(): boolean {
    return this.settings.delivery === 'string' && !this.isBinary;
  }

  private finish(data: Uint8Array, flags: number): void {
    const { isBinary, nonAscii } = this;
    if (this.settings.frames) {
      const isFirst = (flags & FLAG_FIRST) !== 0;
      this.handlers.frame?.(data, {
        fin: (flags & FLAG_FIN) !== 0,
        rsv1: isFirst && (flags & FLAG_COMPRESSED) !== 0,
        opcode: isFirst ? flags & OPCODE : 0,
      });
      return;
    }
    const message = { data, isBinary, nonAscii, at: this.messageAt };
    if (flags & FLAG_COMPRESSED) this.transform(message);
    else this.deliver(message);
  }

  /** Bytes of memory held for what is not whole. */
  protected get heldBytes(): number {
    return (this.message?.held ?? 0) + this.heldControl;
  }

  protected override end(): void {
    super.end();
    this.message = null;
    this.textStream = null;
  }
}
