// Messages -> frames -> few writes, RFC 6455 §5.2 and §6.1: all that is sent in one tick is gathered and
// taken out at once.
//
// A server's frames are built in the slab, a client's in the kernel's staging block, where they are
// masked; large payloads are passed on as they are. What lies contiguous leaves as one segment.

import type { Kernel, Staging, StagingOwner } from '../kernel/kernel.ts';
import {
  allocate,
  concat,
  copyInto,
  copyOf,
  utf8Length,
  viewOf,
  writeUtf8,
} from '../kernel/platform.ts';
import { assertClose, assertControl } from '../protocol/control-payload.ts';
import { sizeOfHeader, writeLength, writeMaskingKey } from '../protocol/header.ts';
import { MAX_HEADER_LENGTH } from '../protocol/limits.ts';
import { BINARY, CLOSE, isControl, PING, PONG, TEXT } from '../protocol/opcodes.ts';
import type { Role } from '../protocol/role.ts';
import { type BytesLike, toBytes } from './bytes.ts';
import { fragmentsOf } from './fragments.ts';
import { nextMaskingKey } from './masking-keys.ts';
import { isPrepared, type PreparedMessage } from './prepared-message.ts';
import { HandedOutSlab, ownSlab, SLAB_LIMIT, type Slab } from './slab.ts';

/** Payloads of at least this many bytes are borrowed unless an option says otherwise; frontier: two to four KiB. */
const BORROW_FROM = 4096;
/** A client's payloads of at least this many bytes are masked into memory of their own, not in the staging block. */
const STAGED_BELOW = 4096;
/** Segments that together are smaller than this leave as one. */
const GATHER_LIMIT = 32768;

/** What a message can carry beside its payload. */
export interface FrameOptions {
  /** False for a message that goes on in `continuation` frames. Default true. */
  fin?: boolean;
  /** The payload went through an extension that uses RSV1. Default false. */
  rsv1?: boolean;
}

/** Options of an encoder and of a batch writer. */
export interface WriterOptions {
  /** Which end this is: a `'client'` masks its frames (§5.1). */
  role: Role;
  /** Makes the masking keys, as little-endian numbers. Default: the platform's cryptographic random numbers. */
  maskingKey?: () => number;
  /**
   * A server's payloads of at least this many bytes are *borrowed* until the segments are written; smaller ones
   * are copied. `Infinity` copies all. Default 4096.
   */
  borrowFrom?: number;
}

/** Where the writers of the public API build their frames: users get views of these blocks. */
const HANDED_OUT = new HandedOutSlab();

/** Gathers frames; `take()` gives what was gathered. */
export class BatchWriterCore implements StagingOwner {
  private readonly kernel: Kernel;
  private readonly isMasked: boolean;
  private readonly maskingKey: () => number;
  private readonly whenQueued: (() => void) | undefined;
  private segments: Uint8Array[] = [];
  /** The open segment: `block[start, end)`. */
  private block: Uint8Array | null = null;
  private start = 0;
  private end = 0;
  private queued = 0;
  private readonly borrowFrom: number;
  private hasBorrowed = false;
  private readonly shared: Slab;
  /** While this is set, frames are built here and not in memory that others share. */
  private own: Slab | null = null;
  /** A client's frames are built in the staging block, where one call masks them, unless the batch is isolated. */
  private isStaged: boolean;
  /** The largest frame that is built among others. */
  private limit: number;
  /** The shared slab holds frames of this batch. */
  private isHolding = false;

  /**
   * `whenQueued` is called when something is queued after nothing was: the moment to plan a `take()`. `slab` is
   * where a server's frames are built.
   */
  constructor(
    kernel: Kernel,
    options: WriterOptions,
    whenQueued?: () => void,
    slab: Slab = HANDED_OUT,
  ) {
    if (options.role !== 'server' && options.role !== 'client') {
      throw new TypeError(`option role must be server or client, not ${String(options.role)}`);
    }
    this.kernel = kernel;
    this.isMasked = options.role === 'client';
    this.maskingKey = options.maskingKey ?? nextMaskingKey;
    this.whenQueued = whenQueued;
    this.borrowFrom = bytesOption(options.borrowFrom);
    this.shared = slab;
    this.isStaged = this.isMasked;
    this.limit = this.isMasked ? SLAB_LIMIT : slab.limit;
  }

  /** Bytes of the frames queued. */
  get bytes(): number {
    return this.queued;
  }

  /** Whether what is queued includes memory of the caller's, which may change or be detached at any time. */
  get borrows(): boolean {
    return this.hasBorrowed;
  }

  /**
   * Builds the frames of this batch, up to the next `take()`, in memory of its own: for a batch that may wait for
   * long, which must not keep blocks alive that others share.
   */
  isolate(): void {
    this.own ??= ownSlab();
    this.isStaged = false;
    this.limit = SLAB_LIMIT;
  }

  /** Queues a text message. Bytes are taken to be UTF-8, unchecked, and by reference as in `binary`. */
  text(data: string | BytesLike, options?: FrameOptions): void {
    this.frame(TEXT, data, options);
  }

  /**
   * Queues a binary message. Small payloads are copied; a server's large ones are *borrowed* until the
   * segments are written: do not change them.
   */
  binary(data: BytesLike, options?: FrameOptions): void {
    this.frame(BINARY, data, options);
  }

  /** Queues a ping (§5.5.2) of at most 125 bytes; copied. */
  ping(data: string | BytesLike = ''): void {
    this.frame(PING, data);
  }

  /** Queues a pong (§5.5.3) of at most 125 bytes; copied. */
  pong(data: string | BytesLike = ''): void {
    this.frame(PONG, data);
  }

  /** Queues a close frame (§5.5.1). Throws a RangeError on a code or reason that must not be sent. */
  close(code?: number, reason = ''): void {
    assertClose(code, utf8Length(reason));
    if (code === undefined) {
      this.frame(CLOSE, '');
      return;
    }
    const payload = allocate(2 + reason.length * 3);
    payload[0] = code >> 8;
    payload[1] = code;
    this.frame(CLOSE, viewOf(payload, 0, 2 + writeUtf8(payload, reason, 2)));
  }

  /** Queues a message encoded before: a server shares its bytes, a client masks them anew. */
  prepared(message: PreparedMessage): void {
    if (!isPrepared(message)) throw new TypeError('expected a message made by prepare()');
    const { block, start, end } = message;
    if (this.isMasked) this.writeBytes(message.payload, message.first);
    else if (this.own !== null && end - start < BORROW_FROM) this.raw(message.frame);
    else this.extend(block, start, end);
  }

  /**
   * Queues a message in frames of at most `size` bytes of payload each (§5.4): text of a string, else
   * binary. Calls `whenFramed` after each.
   */
  fragments(data: string | BytesLike, size: number, whenFramed?: () => void): void {
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError('size must be a positive integer');
    for (const { opcode, payload, fin } of fragmentsOf(data, size)) {
      this.frame(opcode, payload, { fin });
      whenFramed?.();
    }
  }

  /** Queues one frame of any opcode. Throws a RangeError on a control frame that §5.5 forbids. */
  frame(opcode: number, data: string | BytesLike, options?: FrameOptions): void {
    if (!Number.isInteger(opcode) || opcode < 0 || opcode > 15) {
      throw new RangeError('opcode must be an integer from 0 to 15');
    }
    const fin = options?.fin !== false;
    const first = (fin ? 0x80 : 0) | (options?.rsv1 === true ? 0x40 : 0) | opcode;
    const payload = typeof data === 'string' ? data : toBytes(data);
    if (isControl(opcode)) assertControl(fin, lengthOf(payload));
    if (typeof payload !== 'string') this.writeBytes(payload, first);
    else if (payload.length * 3 + MAX_HEADER_LENGTH <= this.limit) this.writeText(payload, first);
    else this.writeLongText(payload, first);
  }

  /** Queues bytes that are frames already, or parts of them: short ones are copied, long ones *borrowed*. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length >= this.borrowFrom) {
      this.hasBorrowed = true;
      this.extend(bytes, 0, length);
    } else if (length > this.limit) this.extend(copyOf(bytes, 0, length), 0, length);
    else if (length > 0) {
      const { block, at } = this.room(length);
      copyInto(block, at, bytes, 0, length);
      this.commit(at + length);
      this.extend(block, at, at + length);
    }
  }

  /** Takes what is queued: the segments to write, in order, in memory that is the caller's. */
  take(): Uint8Array[] {
    this.closeSegment();
    const { segments, queued } = this;
    this.segments = [];
    this.queued = 0;
    this.hasBorrowed = false;
    if (this.own !== null) {
      this.own = null;
      this.isStaged = this.isMasked;
      if (!this.isMasked) this.limit = this.shared.limit;
    }
    return segments.length > 1 && queued < GATHER_LIMIT ? [concat(segments, queued)] : segments;
  }

  /**
   * What was taken is no longer needed by this end. `isFree`: nor by anybody else, so that its memory may be used
   * again. For writers with a slab of their caller's; without this call, nothing is used again.
   */
  release(isFree: boolean): void {
    if (!this.isHolding) return;
    this.isHolding = false;
    this.shared.release(isFree);
  }

  leaveStaging(): void {
    this.closeSegment();
  }

  private writeText(text: string, first: number): void {
    const key = this.isMasked ? this.maskingKey() : 0;
    const { block, at } = this.room(text.length * 3 + MAX_HEADER_LENGTH);
    const guess = sizeOfHeader(text.length, this.isMasked);
    const length = writeUtf8(block, text, at + guess);
    const size = sizeOfHeader(length, this.isMasked);
    if (size !== guess) block.copyWithin(at + size, at + guess, at + guess + length);
    this.finish(block, at, first, length, key);
  }

  private writeLongText(text: string, first: number): void {
    const length = utf8Length(text);
    const frame = allocate(sizeOfHeader(length, this.isMasked) + length);
    const payloadAt = frame.length - length;
    writeUtf8(frame, text, payloadAt);
    this.finishOwn(frame, payloadAt, first);
  }

  private writeBytes(payload: Uint8Array, first: number): void {
    const { length } = payload;
    if (!this.isMasked && length >= this.borrowFrom) this.writeBorrowed(payload, first);
    else if (length >= (this.isMasked ? STAGED_BELOW : this.limit - MAX_HEADER_LENGTH)) {
      const frame = allocate(sizeOfHeader(length, this.isMasked) + length);
      const payloadAt = frame.length - length;
      if (!this.isMasked) frame.set(payload, payloadAt);
      this.finishOwn(frame, payloadAt, first, payload);
    } else {
      const key = this.isMasked ? this.maskingKey() : 0;
      const { block, at } = this.room(length + MAX_HEADER_LENGTH);
      copyInto(block, at + sizeOfHeader(length, this.isMasked), payload, 0, length);
      this.finish(block, at, first, length, key);
    }
  }

  /** A header in the slab, and the payload where it lies. */
  private writeBorrowed(payload: Uint8Array, first: number): void {
    const { slab } = this;
    const at = slab.reserve(sizeOfHeader(payload.length, false));
    const { block } = slab;
    const end = writeLength(block, at, first, 0, payload.length);
    this.commitSlab(end);
    const wasEmpty = this.queued === 0;
    this.hasBorrowed = true;
    this.add(block, at, end);
    this.add(payload, 0, payload.length);
    if (wasEmpty) this.whenQueued?.();
  }

  /**
   * A frame in memory of its own: writes the header, masks, and queues it. The payload stands behind the header, or
   * is `payload` where that must be masked on the way.
   */
  private finishOwn(
    frame: Uint8Array,
    payloadAt: number,
    first: number,
    payload?: Uint8Array,
  ): void {
    const length = frame.length - payloadAt;
    if (!this.isMasked) writeLength(frame, 0, first, 0, length);
    else {
      const key = this.maskingKey();
      writeMaskingKey(frame, writeLength(frame, 0, first, 0x80, length), key);
      const source = payload ?? viewOf(frame, payloadAt, frame.length);
      this.kernel.mask(source, key, frame, payloadAt, length);
    }
    this.extend(frame, 0, frame.length);
  }

  /** Room for `length` bytes, in a slab or the staging block. */
  private room(length: number): { block: Uint8Array; at: number } {
    if (!this.isStaged) {
      const { slab } = this;
      const at = slab.reserve(length);
      return { block: slab.block, at };
    }
    const staging = this.claimStaging();
    if (staging.used + length > staging.bytes.length) {
      this.closeSegment();
      staging.used = 0;
    }
    return { block: staging.bytes, at: staging.used };
  }

  private get slab(): Slab {
    return this.own ?? this.shared;
  }

  /** All bytes before `end`, of the room given last, are used. */
  private commit(end: number): void {
    if (this.isStaged) this.kernel.staging.used = end;
    else this.commitSlab(end);
  }

  private commitSlab(end: number): void {
    this.slab.commit(end);
    if (this.own !== null || this.isHolding) return;
    this.isHolding = true;
    this.shared.hold();
  }

  private claimStaging(): Staging {
    const { staging } = this.kernel;
    if (staging.owner !== this) {
      staging.owner?.leaveStaging();
      staging.owner = this;
      staging.used = 0;
    }
    return staging;
  }

  /** The payload stands behind room for its header: writes the header, masks, and queues the frame. */
  private finish(block: Uint8Array, at: number, first: number, length: number, key: number): void {
    let end: number;
    if (this.isStaged) end = this.kernel.seal(at, first, length, key);
    else if (this.isMasked) {
      const payloadAt = writeMaskingKey(block, writeLength(block, at, first, 0x80, length), key);
      end = payloadAt + length;
      this.kernel.mask(viewOf(block, payloadAt, end), key, block, payloadAt, length);
    } else end = writeLength(block, at, first, 0, length) + length;
    this.commit(end);
    this.extend(block, at, end);
  }

  private extend(block: Uint8Array, start: number, end: number): void {
    const wasEmpty = this.queued === 0;
    this.add(block, start, end);
    if (wasEmpty) this.whenQueued?.();
  }

  /** Adds `block[start, end)` to the open segment, or opens another. */
  private add(block: Uint8Array, start: number, end: number): void {
    if (this.block === block && this.end === start) this.end = end;
    else {
      this.closeSegment();
      this.block = block;
      this.start = start;
      this.end = end;
    }
    this.queued += end - start;
  }

  private closeSegment(): void {
    const { block, start, end } = this;
    if (block === null) return;
    this.block = null;
    if (this.isMasked && block === this.kernel.staging.bytes) {
      this.segments.push(copyOf(block, start, end));
    } else {
      this.segments.push(viewOf(block, start, end));
    }
  }
}

function lengthOf(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? utf8Length(payload) : payload.length;
}

/** Throws a TypeError on what is not a number of bytes. */
function bytesOption(value: unknown): number {
  if (value === undefined) return BORROW_FROM;
  if (typeof value === 'number' && value >= 0) return value;
  throw new TypeError(`option borrowFrom must be a non-negative number, got ${String(value)}`);
}
