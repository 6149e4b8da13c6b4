// Bytes -> messages, RFC 6455 §5 and §6.2, with no I/O: chunks go in as the transport delivered them,
// calls of handlers come out, in the order of the stream.
//
//   DecoderCore            write, pause, resume, end: the lifecycle (lifecycle.ts)
//     ChunkQueue           chunks that came from within a handler, or during a pause
//     ChunkReader          a chunk -> the kernel's scans; a header cut in two; what an interruption left (Backlog)
//       ScanWalker         a scan -> its entries, one by one: the hot loops
//       MessageAssembler   entries -> messages in pieces, violations; long payloads
//         ControlAssembler entries -> control frames
//         TextValidator      UTF-8 across pieces
//         MessageBuffer    the memory of the message in progress
//     Dispatcher           what is whole -> the handlers; transforms; errors
//     Cursor               where the walk is
//
// A connection carries from chunk to chunk: the scan state, a header cut in two and the message in progress.

import type { Backend, Kernel } from '../kernel/kernel.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { VIOLATION } from '../protocol/violations.ts';
import { type BytesLike, toBytes } from './bytes.ts';
import { ChunkQueue } from './chunk-queue.ts';
import { ChunkReader } from './chunk-reader.ts';
import { Cursor } from './cursor.ts';
import { Dispatcher } from './dispatcher.ts';
import { ENDED, IDLE, PAUSED, WALKING } from './lifecycle.ts';
import { type DecoderOptions, type Delivery, type Handlers, readOptions } from './options.ts';
import { collectInto, type DecodedEvent } from './pull.ts';

/** A decoder on a given kernel; the entries of the package bind the kernel. */
export class DecoderCore<D extends Delivery> {
  private readonly cursor = new Cursor();
  private readonly dispatcher: Dispatcher<D>;
  private readonly reader: ChunkReader<D>;
  private readonly queue = new ChunkQueue();
  private readonly isView: boolean;
  /** `write` or `resume` is on the stack. */
  private isActive = false;
  private wantsPause = false;
  private isAtEnd = false;

  constructor(kernel: Kernel, options: DecoderOptions<D>, handlers: Handlers<D> = {}) {
    const settings = readOptions(options);
    this.dispatcher = new Dispatcher(kernel, settings, handlers, this.cursor, {
      ended: () => this.clear(),
      settled: () => this.wantsPause || this.proceed(),
    });
    this.reader = new ChunkReader(this.dispatcher, this.cursor);
    this.isView = settings.delivery === 'view';
  }

  /** Which kernel this decoder runs on. */
  get backend(): Backend {
    return this.dispatcher.kernel.backend;
  }

  /** Whether nothing is delivered any more: a close frame came, the stream failed, or `stop()` was called. */
  get isEnded(): boolean {
    return this.dispatcher.phase === ENDED;
  }

  /** The error the stream failed with, if it did. */
  get error(): ProtocolError | null {
    return this.dispatcher.failure;
  }

  /** Bytes of memory held for what cannot be delivered yet. */
  get bufferedBytes(): number {
    return this.reader.heldBytes + this.queue.bytes + this.dispatcher.heldBytes;
  }

  /**
   * Takes the next bytes of the stream and calls the handlers for all that is whole by now. Returns
   * whether to go on writing: false while paused (wait for `drain`) and once ended. {@link Delivery} says who owns
   * the chunk. Throws a TypeError on what is not bytes, what a handler throws, and, without an `error` handler, the
   * {@link ProtocolError}.
   */
  write(chunk: BytesLike): boolean {
    const bytes = toBytes(chunk);
    const { dispatcher, reader } = this;
    if (dispatcher.phase === ENDED) dispatcher.throwUnthrown();
    if (dispatcher.phase === IDLE) {
      const { position } = reader;
      this.isActive = true;
      reader.isChunkOurs = this.isView;
      dispatcher.phase = WALKING;
      try {
        reader.consume(bytes, bytes.length, position);
        this.consumeQueue();
      } finally {
        // Nothing else: at the end of the stack, where `consume` may have thrown, every call throws.
        this.isActive = false;
      }
      if (this.isAtEnd) this.endOfStream();
    } else if (dispatcher.phase !== ENDED) this.enqueue(bytes);
    return dispatcher.phase !== PAUSED && dispatcher.phase !== ENDED;
  }

  /**
   * As `write()`, but returns what happened instead of calling the handlers; an error is the last event.
   * What a transform delivers later goes to the handlers. Throws a TypeError with delivery `'borrowed'`,
   * which has nothing to return.
   */
  decode(chunk: BytesLike): DecodedEvent<D>[] {
    const { dispatcher } = this;
    if (dispatcher.settings.delivery === 'borrowed')
      throw new TypeError('borrowed memory cannot be returned');
    const events: DecodedEvent<D>[] = [];
    const { handlers } = dispatcher;
    dispatcher.handlers = collectInto(events);
    try {
      this.write(chunk);
    } finally {
      dispatcher.handlers = handlers;
    }
    return events;
  }

  /**
   * The transport has ended. Unless a close frame came, the stream fails with `WS_ERR_UNEXPECTED_END`
   * (1006); all that was whole has been delivered. While paused, it does so once what waits is delivered.
   */
  endOfStream(): void {
    const { dispatcher } = this;
    this.isAtEnd = true;
    dispatcher.throwUnthrown();
    if (this.isInterrupted) this.proceed();
    else if (dispatcher.phase === IDLE) {
      dispatcher.fail(VIOLATION.UNEXPECTED_END, this.reader.position);
    }
  }

  /** Holds delivery back, from within a handler too: what is left waits for `resume()`. */
  pause(): void {
    this.wantsPause = true;
    if (this.dispatcher.phase !== ENDED) this.dispatcher.phase = PAUSED;
  }

  /** Goes on after `pause()`, or after a handler threw. May call handlers before it returns. */
  resume(): void {
    const { dispatcher } = this;
    this.wantsPause = false;
    const isHeld = dispatcher.phase === PAUSED || this.isInterrupted;
    if (dispatcher.isAwaiting || !isHeld) return;
    if (this.isActive) dispatcher.phase = WALKING;
    else this.proceed();
  }

  /** Delivers nothing from here on and drops all memory. */
  stop(): void {
    this.dispatcher.end();
  }

  /** Whether it stands between two messages, with nothing held: it may go on with another stream. */
  get isBetweenMessages(): boolean {
    return this.dispatcher.phase === IDLE && this.reader.isFresh;
  }

  /** Bytes of the stream taken so far; only while it stands between two messages. */
  get offset(): number {
    return this.cursor.position;
  }

  /** @internal Goes on with another stream, of which `offset` bytes have been taken before. */
  rebind(handlers: Handlers<D>, offset: number): void {
    this.dispatcher.handlers = handlers;
    this.cursor.position = offset;
  }

  private clear(): void {
    this.reader.clear();
    this.queue.clear();
  }

  /** Whether a handler threw: the rest of its chunk waits for the next call. */
  private get isInterrupted(): boolean {
    return this.dispatcher.phase === WALKING && !this.isActive;
  }

  /** Keeps a chunk that came from within a handler, or while paused. */
  private enqueue(bytes: Uint8Array): void {
    const { dispatcher } = this;
    if (bytes.length > 0) this.queue.push(bytes, this.isView);
    if (this.bufferedBytes > dispatcher.settings.maxBufferedBytes) {
      dispatcher.fail(VIOLATION.TOO_MANY_BUFFERED_BYTES, this.cursor.position);
    } else if (this.isInterrupted) this.proceed();
  }

  /** Goes on with what waits: a transformed message, the rest of a chunk, whole chunks. */
  private proceed(): void {
    const { dispatcher, reader } = this;
    this.isActive = true;
    reader.isChunkOurs = true;
    dispatcher.phase = WALKING;
    try {
      dispatcher.deliverAwaited();
      reader.resume();
      this.consumeQueue();
    } finally {
      this.isActive = false;
    }
    if (this.isAtEnd) this.endOfStream();
    else if (dispatcher.phase === IDLE) dispatcher.handlers.drain?.();
  }

  private consumeQueue(): void {
    const { dispatcher, queue, reader } = this;
    while (dispatcher.phase === WALKING) {
      const chunk = queue.shift();
      if (chunk === undefined) {
        dispatcher.phase = IDLE;
        return;
      }
      reader.isChunkOurs = true;
      const at = reader.position;
      if (chunk.byteLength === 0) reader.failDetached(at);
      else reader.consume(chunk, chunk.length, at);
    }
  }
}
