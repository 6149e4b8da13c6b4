// Entries of the frame table -> messages, RFC 6455 §5.4 and §6.2: everything but the whole messages in one entry, which the
// walk delivers by itself.

import {
  EXTRA,
  FLAG_COMPRESSED,
  FLAG_END,
  FLAG_ERROR,
  FLAG_FIN,
  FLAG_FIRST,
  FLAG_NON_ASCII,
  FLAG_START,
  OPCODE,
} from '../kernel/frame-table.ts';
import { rotateKey } from '../kernel/js-mask.ts';
import type { ScanState } from '../kernel/kernel.ts';
import { MODE_SKIP_UTF8 } from '../kernel/modes.ts';
import { copyOf, decodeText, viewOf } from '../kernel/platform.ts';
import { locateFault } from '../kernel/utf8.ts';
import { fieldAtFault } from '../protocol/field-at-fault.ts';
import { RULE_SERVER } from '../protocol/header-rules.ts';
import { CONTINUATION, isControl, TEXT } from '../protocol/opcodes.ts';
import { VIOLATION, type Violation } from '../protocol/violations.ts';
import { ControlAssembler } from './control-assembler.ts';
import type { Cursor } from './cursor.ts';
import type { Dispatcher } from './dispatcher.ts';
import { LostPiece, MessageBuffer } from './message-buffer.ts';
import type { Delivery } from './options.ts';
import { TextValidator, VALID } from './text-validator.ts';

const FIRST = FLAG_FIRST | FLAG_START;
const LAST = FLAG_FIN | FLAG_END;
/** Of a frame that is a message by itself. */
const ONLY = FLAG_FIRST | FLAG_FIN;

/** Payloads of at least this many bytes are taken without a scan; bench/receive, 4 KiB chunks. */
const LONG = 2048;

/** One for each decoder. Holds what has come of the message in progress. */
export class MessageAssembler<D extends Delivery> {
  /** Chunks that the frame in progress has come in so far. */
  chunks = 0;
  private readonly dispatcher: Dispatcher<D>;
  private readonly cursor: Cursor;
  private readonly state: ScanState;
  private readonly control: ControlAssembler<D>;
  private readonly text: TextValidator;
  private readonly isServer: boolean;
  /** What has come of the message (or, by frames, the frame) in progress. */
  private message: MessageBuffer | null = null;
  private messageAt = 0;
  private isBinary = false;
  private nonAscii = 0;
  private fragments = 0;
  private textStream: TextDecoder | null = null;

  /** `state` is the connection's scan state, which the scans and this advance. */
  constructor(dispatcher: Dispatcher<D>, cursor: Cursor, state: ScanState) {
    this.dispatcher = dispatcher;
    this.cursor = cursor;
    this.state = state;
    this.control = new ControlAssembler(dispatcher);
    this.text = new TextValidator((...args) => dispatcher.checkUtf8(...args));
    this.isServer = (state.rules & RULE_SERVER) !== 0;
  }

  /** Bytes of memory held for what is not whole. */
  get heldBytes(): number {
    return (this.message?.held ?? 0) + this.control.heldBytes;
  }

  clear(): void {
    this.message = null;
    this.textStream = null;
    this.control.clear();
  }

  /** Takes the cursor's current entry. */
  accept(): void {
    const { flags } = this.cursor;
    if (flags & FLAG_START) this.chunks = 1;
    if (flags & FLAG_ERROR) this.failScan();
    else if (isControl(flags)) this.control.accept(this.cursor);
    else this.acceptData();
  }

  /** The scan found a violation. */
  private failScan(): void {
    const { cursor } = this;
    const { scan, word, start, length } = cursor;
    const { source } = scan;
    const violation = scan.table[word + EXTRA] as Violation;
    let at = start;
    if (violation === VIOLATION.INVALID_UTF8) at = locateFault(source, start, start + length, 0);
    this.dispatcher.fail(violation, cursor.offset + at - start, {
      value: fieldAtFault(violation, source, at),
    });
  }

  /** A frame of a fragmented message, a piece of a frame, or a whole message to be transformed. */
  private acceptData(): void {
    const { cursor, dispatcher } = this;
    const { settings } = dispatcher;
    const { flags, start, length, offset } = cursor;
    if ((flags & FIRST) === FIRST) {
      this.messageAt = offset;
      this.isBinary = (flags & OPCODE) !== TEXT;
      this.nonAscii = 0;
      this.fragments = 0;
    }
    if (flags & FLAG_START && ++this.fragments > settings.maxFragments) {
      dispatcher.fail(VIOLATION.TOO_MANY_FRAGMENTS, offset);
      return;
    }
    this.nonAscii |= flags & FLAG_NON_ASCII;
    const isCompressed = (flags & FLAG_COMPRESSED) !== 0;
    const isLast = (flags & LAST) === LAST;
    if (!this.isBinary && !isCompressed) {
      const { source } = cursor.scan;
      if (!this.isValidText(source, start, start + length, offset, flags, isLast)) return;
    }
    if (settings.partial && !isCompressed) this.deliverPart(isLast);
    else this.collect();
  }

  /** §8.1. Fails the stream where `bytes[begin, end)`, at offset `at` of it, must not continue the text. */
  private isValidText(
    bytes: Uint8Array,
    begin: number,
    end: number,
    at: number,
    flags: number,
    isLast: boolean,
  ): boolean {
    const { text, dispatcher } = this;
    if (dispatcher.settings.rules & MODE_SKIP_UTF8) return true;
    if ((flags & FLAG_NON_ASCII) === 0 && !text.isInsideCharacter) return true;
    let fault = text.add(bytes, begin, end, at);
    if (fault === VALID && isLast) fault = text.end();
    if (fault === VALID) return true;
    dispatcher.fail(VIOLATION.INVALID_UTF8, fault);
    return false;
  }

  /** Delivers a piece as it is, text cut between characters. */
  private deliverPart(isLast: boolean): void {
    const { cursor } = this;
    const { start, length } = cursor;
    const { source } = cursor.scan;
    const { delivery } = this.dispatcher.settings;
    let data: Uint8Array | string;
    if (this.makesString) {
      this.textStream ??= new TextDecoder('utf-8', { ignoreBOM: true });
      const bytes = viewOf(source, start, start + length);
      data = decodeText(this.textStream, bytes, { stream: !isLast });
    } else if (delivery === 'borrowed') data = viewOf(source, start, start + length);
    else data = this.payload();
    if (data.length > 0 || isLast) this.dispatcher.deliverPart(data, this.isBinary, isLast);
  }

  /** The payload of the current entry in memory that outlives the walk: a view where that is wanted, or a copy. */
  private payload(): Uint8Array {
    const { scan, start, length, out, outStart } = this.cursor;
    if (this.dispatcher.settings.delivery === 'view')
      return viewOf(out, outStart, outStart + length);
    return copyOf(scan.source, start, start + length);
  }

  /** Adds a piece to the message, or by frames to the frame, and delivers it when it is whole. */
  private collect(): void {
    const { flags, offset } = this.cursor;
    const { frames, maxBufferedBytes } = this.dispatcher.settings;
    const isWhole = frames ? (flags & FLAG_END) !== 0 : (flags & LAST) === LAST;
    let whole: Uint8Array | null = null;
    try {
      if (isWhole) whole = this.finishMessage();
      else this.appendPiece();
    } catch (cause) {
      this.abort(cause);
      return;
    }
    if (whole !== null) {
      this.message = null;
      this.deliver(whole, flags);
    } else if (this.heldBytes > maxBufferedBytes) {
      this.dispatcher.fail(VIOLATION.TOO_MANY_BUFFERED_BYTES, offset);
    }
  }

  /** Ends the stream when collecting the pieces of a message has thrown. */
  abort(cause: unknown): void {
    if (cause instanceof LostPiece) {
      this.dispatcher.fail(VIOLATION.DETACHED_CHUNK, this.messageAt);
    } else this.dispatcher.abort(cause);
  }

  /** What was collected, with the last piece. */
  private finishMessage(): Uint8Array {
    if (this.message === null) return this.payload();
    const { scan, start, length } = this.cursor;
    return this.message.finish(scan.source, start, length);
  }

  private appendPiece(): void {
    this.message ??= new MessageBuffer();
    const { message, cursor } = this;
    const { flags, start, length } = cursor;
    const { frames, delivery } = this.dispatcher.settings;
    const isKnown = frames || (flags & FLAG_FIN) !== 0;
    const toCome = (flags & FLAG_END) === 0 ? this.state.remaining : 0;
    const total = isKnown ? message.length + length + toCome : 0;
    if (delivery === 'view' && !this.isServer) message.keep(this.payload(), total);
    else message.append(cursor.scan.source, start, length, total);
  }

  /** Whether the payload in progress is better taken than scanned, given `available` bytes of it or more. */
  isLong(available: number): boolean {
    const { current, remaining } = this.state;
    if (Math.min(remaining - 1, available) < LONG || current === 0 || isControl(current)) {
      return false;
    }
    // Text of a client that is to become a string must be looked at: the scan does.
    return !this.dispatcher.settings.partial && (this.isServer || !this.makesString);
  }

  /**
   * Takes a long payload without a scan. A server's is unmasked from the chunk straight into the message's memory, or to
   * where it lies if all of it is here and views are wanted; a client's stays where it is. The last byte is left to the
   * scan, which ends the frame. Returns how many bytes of `chunk[from...]` it took.
   */
  takeLong(chunk: Uint8Array, out: Uint8Array, from: number): number {
    const { state, cursor } = this;
    const { settings, kernel } = this.dispatcher;
    const { current, remaining } = state;
    const length = Math.min(remaining - 1, chunk.length - from);
    const isKnown = settings.frames || (current & FLAG_FIN) !== 0;
    this.message ??= new MessageBuffer();
    const { message } = this;
    const total = isKnown ? message.length + remaining : 0;
    const isAll = from === 0 && length === chunk.length;
    const piece = isAll ? chunk : viewOf(chunk, from, from + length);
    let flags: number = FLAG_NON_ASCII;
    let text = piece;
    let textAt = 0;
    if (this.isServer) {
      if (this.canStay(chunk.length - from)) message.adopt(viewOf(out, from, from + remaining));
      textAt = message.reserve(length, total);
      text = message.block;
      if (kernel.mask(piece, state.key, text, textAt, length) === 0) flags = 0;
      state.key = rotateKey(state.key, length);
    } else if (settings.delivery === 'view') message.keep(piece, total);
    else message.append(piece, 0, length, total);
    state.remaining = remaining - length;
    this.nonAscii |= flags;
    const at = cursor.position;
    cursor.position += length;
    if (message.held > settings.maxBufferedBytes) {
      this.dispatcher.fail(VIOLATION.TOO_MANY_BUFFERED_BYTES, at);
    } else if (!this.isBinary && (current & FLAG_COMPRESSED) === 0) {
      this.isValidText(text, textAt, textAt + length, at, flags, false);
    }
    return length;
  }

  /** Whether a payload that is all here can become a view of where it lies. */
  private canStay(available: number): boolean {
    const { current, remaining } = this.state;
    const { frames, delivery } = this.dispatcher.settings;
    const isOnly = frames || (current & ONLY) === ONLY;
    const isWhole = remaining <= available && this.message?.length === 0;
    return delivery === 'view' && isOnly && isWhole;
  }

  private get makesString(): boolean {
    return this.dispatcher.settings.delivery === 'string' && !this.isBinary;
  }

  private deliver(data: Uint8Array, flags: number): void {
    const { isBinary, nonAscii, dispatcher } = this;
    if (dispatcher.settings.frames) {
      const isFirst = (flags & FLAG_FIRST) !== 0;
      dispatcher.deliverFrame(data, {
        fin: (flags & FLAG_FIN) !== 0,
        rsv1: isFirst && (flags & FLAG_COMPRESSED) !== 0,
        opcode: isFirst ? flags & OPCODE : CONTINUATION,
      });
      return;
    }
    const message = { data, isBinary, nonAscii, at: this.messageAt };
    if (flags & FLAG_COMPRESSED) dispatcher.transform(message);
    else dispatcher.deliver(message);
  }
}
