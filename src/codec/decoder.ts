// Bytes -> messages, RFC 6455 §5 and §6.2, with no I/O: chunks go in as the transport delivered them,
// calls of handlers come out, in the order of the stream.
//
//   decoder.ts         write, pause, resume, end: the flow
//   chunk-reader.ts    a chunk -> the kernel's scans
//   chunk-walker.ts    a scan -> its entries, one by one
//   message-reader.ts  entries -> messages in pieces, violations
//   control-reader.ts  entries -> control frames
//   delivery.ts        what is whole -> the handlers
//   backlog.ts         what a pause or a throwing handler left undone
//
// What a connection carries from chunk to chunk is the scan state, a header cut in two and the message in
// progress; only what a pause or a throwing handler left undone is kept besides.

import type { Backend, Kernel, Scan } from '../kernel/kernel.ts';
import { copyOf, viewOf } from '../kernel/platform.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { VIOLATION } from '../protocol/violations.ts';
import { Backlog } from './backlog.ts';
import { type BytesLike, isShared, toBytes } from './bytes.ts';
import { ChunkReader } from './chunk-reader.ts';

import { ENDED, IDLE, INTERRUPTED, PAUSED, WALKING } from './lifecycle.ts';
import { FORESIGHT } from './message-buffer.ts';
import { type DecoderOptions, type Delivery, type Handlers, settle } from './options.ts';
import { collectInto, type DecodedEvent } from './pull.ts';

/** Bytes a chunk costs beside its own while it waits in the queue, as a round figure. */
const QUEUE_OVERHEAD = 128;

const NOTHING = new Uint8Array(0);

/** A decoder on a given kernel; the entries of the package bind the kernel. */
export class DecoderCore<D extends Delivery> extends ChunkReader<D> {
  private backlog: Backlog | null = null;
  private queue: Uint8Array[] | null = null;
  private queueAt = 0;
  private queuedBytes = 0;
  /** The chunk being consumed is not the caller's any more. */
  private isChunkOurs = false;
  /** `write` or `resume` is on the stack. */
  private isActive = false;
  private wantsPause = false;
  private isAtEnd = false;

  constructor(kernel: Kernel, options: DecoderOptions<D>, handlers: Handlers<D> = {}) {
    super(kernel, settle(options), handlers);
  }

  /** Which kernel this decoder runs on. */
  get backend(): Backend {
    return this.kernel.backend;
  }

  /** Whether nothing is delivered any more: a close frame came, the stream failed, or `stop()` was called. */
  get isEnded(): boolean {
    return this.phase === ENDED;
  }

  /** The error the stream failed with, if it did. */
  get error(): ProtocolError | null {
    return this.failure;
  }

  /** Bytes of memory held for what cannot be delivered yet. */
  get bufferedBytes(): number {
    const { backlog } = this;
    const kept = backlog?.bytes ?? 0;
    const transformed = this.awaitedBytes + (this.transformed?.data.length ?? 0);
    return this.heldBytes + this.queuedBytes + kept + transformed;
  }

  /**
   * Takes the next bytes of the stream and calls the handlers for all that is whole by now. Returns
   * whether to go on writing: false while paused (wait for `drain`) and once ended. Who owns the chunk,
   * {@link Delivery} tells. Throws a TypeError on what is not bytes, what a handler throws, and, without
   * an `error` handler, the {@link ProtocolError}.
   */
  write(chunk: BytesLike): boolean {
    const bytes = toBytes(chunk);
    if (this.phase === ENDED) this.throwUnthrown();
    if (this.phase === IDLE) {
      this.isActive = true;
      this.isChunkOurs = this.settings.delivery === 'view';
      this.phase = WALKING;
      try {
        this.consume(bytes, bytes.length, this.position + this.carried);
        this.consumeQueue();
      } finally {
        this.leave();
      }
      if (this.isAtEnd) this.endOfStream();
    } else if (this.phase !== ENDED) {
      this.enqueue(bytes);
    }
    return this.phase !== PAUSED && this.phase !== ENDED;
  }

  /**
   * As `write()`, but returns what happened instead of calling the handlers; an error is the last event.
   * What a transform delivers later goes to the handlers. Throws a TypeError with delivery `'borrowed'`,
   * which has nothing to return.
   */
  decode(chunk: BytesLike): DecodedEvent<D>[] {
    if (this.settings.delivery === 'borrowed')
      throw new TypeError('borrowed memory cannot be returned');
    const events: DecodedEvent<D>[] = [];
    const { handlers } = this;
    this.handlers = collectInto(events);
    try {
      this.write(chunk);
    } finally {
      this.handlers = handlers;
    }
    return events;
  }

  /**
   * The transport has ended. Unless a close frame came, the stream fails with `WS_ERR_UNEXPECTED_END`
   * (1006); all that was whole has been delivered. While paused, it does so once what waits is delivered.
   */
  endOfStream(): void {
    this.isAtEnd = true;
    this.throwUnthrown();
    if (this.phase === INTERRUPTED) this.proceed();
    else if (this.phase === IDLE) this.fail(VIOLATION.UNEXPECTED_END, this.position + this.carried);
  }

  /** Holds delivery back, from within a handler too: what is left waits for `resume()`. */
  pause(): void {
    this.wantsPause = true;
    if (this.phase !== ENDED) this.phase = PAUSED;
  }

  /** Goes on after `pause()`, or after a handler threw. May call handlers before it returns. */
  resume(): void {
    this.wantsPause = false;
    if (this.isAwaiting || (this.phase !== PAUSED && this.phase !== INTERRUPTED)) return;
    if (this.isActive) this.phase = WALKING;
    else this.proceed();
  }

  /** Delivers nothing from here on and lets go of all memory. */
  stop(): void {
    this.end();
  }

  /** Whether it stands between two messages, with nothing held: it may go on with another stream. */
  get isBetweenMessages(): boolean {
    return this.phase === IDLE && this.isFresh;
  }

  /** Bytes of the stream taken so far; only while it stands between two messages. */
  get offset(): number {
    return this.position;
  }

  /** @internal Goes on with another stream, of which `offset` bytes have been taken before. */
  rebind(handlers: Handlers<D>, offset: number): void {
    this.handlers = handlers;
    this.position = offset;
  }

  /** Keeps a chunk that came from within a handler, or while paused. */
  private enqueue(bytes: Uint8Array): void {
    const { buffer, length } = bytes;
    if (length > 0) {
      const isWorthKeeping = length * FORESIGHT >= buffer.byteLength && !isShared(buffer);
      const mine =
        this.settings.delivery === 'view' && isWorthKeeping
          ? viewOf(bytes, 0, length)
          : copyOf(viewOf(bytes, 0, length), 0, length);
      this.queue ??= [];
      this.queue.push(mine);
      this.queuedBytes += mine.buffer.byteLength + QUEUE_OVERHEAD;
    }
    if (this.bufferedBytes > this.settings.maxBufferedBytes) {
      this.fail(VIOLATION.TOO_MANY_BUFFERED_BYTES, this.position);
    } else if (this.phase === INTERRUPTED) {
      this.proceed();
    }
  }

  /** Goes on with what waits: a transformed message, the rest of a chunk, whole chunks. */
  private proceed(): void {
    this.isActive = true;
    this.isChunkOurs = true;
    this.phase = WALKING;
    const { transformed, backlog } = this;
    try {
      if (transformed !== null) {
        this.transformed = null;
        this.deliverTransformed(transformed);
      }
      if (backlog !== null && this.phase === WALKING) {
        this.backlog = null;
        this.goOnWith(backlog);
      }
      this.consumeQueue();
    } finally {
      this.leave();
    }
    if (this.isAtEnd) this.endOfStream();
    else if (this.phase === IDLE) this.handlers.drain?.();
  }

  private goOnWith(backlog: Backlog): void {
    const { readable, word, out, from, rest, restLength } = backlog;
    const at = this.chunkAt;
    this.chunkLength = restLength;
    if (readable === null) this.failDetached(at);
    else this.walkOver(readable, word, out, from, rest, 0);
    if (this.phase !== WALKING) return;
    if (rest.byteLength === restLength) this.consume(rest, restLength, at);
    else this.failDetached(at);
  }

  private consumeQueue(): void {
    while (this.queue !== null && this.phase === WALKING) {
      if (this.queueAt === this.queue.length) this.clearQueue();
      else {
        const chunk = this.queue[this.queueAt];
        this.queue[this.queueAt++] = NOTHING;
        if (this.queueAt >= 64 && this.queueAt * 2 >= this.queue.length) {
          this.queue.splice(0, this.queueAt);
          this.queueAt = 0;
        }
        this.queuedBytes -= chunk.buffer.byteLength + QUEUE_OVERHEAD;
        this.isChunkOurs = true;
        const at = this.position + this.carried;
        // None was empty when it came.
        if (chunk.byteLength === 0) this.failDetached(at);
        else this.consume(chunk, chunk.length, at);
      }
    }
    if (this.phase === WALKING) this.phase = IDLE;
  }

  /** Back from a walk; one that is not over was left by an exception. */
  private leave(): void {
    this.isActive = false;
    if (this.phase === WALKING) this.phase = INTERRUPTED;
  }

  protected override keepRest(
    scan: Scan,
    out: Uint8Array,
    from: number,
    chunk: Uint8Array,
    restAt: number,
  ): void {
    const { next, chunkLength: length, isView, isChunkOurs } = this;
    const walk = { scan, next, out, from, chunk, length, restAt };
    const withTexts = this.settings.delivery === 'string';
    try {
      this.backlog = new Backlog(walk, { isView, withTexts, isChunkOurs });
    } catch (cause) {
      this.giveUp(cause);
    }
  }

  protected override transformSettled(): void {
    if (!this.wantsPause) this.proceed();
  }

  protected override end(): void {
    super.end();
    this.backlog = null;
    this.clearQueue();
  }

  private clearQueue(): void {
    this.queue = null;
    this.queueAt = 0;
    this.queuedBytes = 0;
  }
}
