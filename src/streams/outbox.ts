// The writable side: messages to send until the transport has taken them. While a write is in progress, frames gather
// for the next.

import { BatchWriterCore } from '../codec/batch-writer.ts';
import type { BytesLike } from '../codec/bytes.ts';
import { sharedSlab } from '../codec/slab.ts';
import type { Backend } from '../kernel/kernel.ts';
import { copyOf } from '../kernel/platform.ts';
import { selectKernel } from '../kernel/select.ts';
import type { Role } from '../protocol/role.ts';
import { whenAborted } from './when-aborted.ts';

/** Unsent bytes of frames above which writers must wait. */
const HIGH_WATER = 64 * 1024;

/** Shared by connections. Users never see it: {@link ownMemory} copies what leaves it. */
const slab = sharedSlab();

/** The connection's callbacks. */
export interface Outgoing {
  /** The writable side was closed, and all its messages are queued. Resolves when the connection is closed. */
  onClose(): Promise<void>;
  onAbort(reason: unknown): void;
  /** A message could not be encoded. Its write and all later ones fail with `cause`. */
  onSendError(cause: unknown): void;
  /** A write to the transport failed. */
  onLost(cause: unknown): void;
}

export class Outbox {
  readonly writable: WritableStream<string | BytesLike>;
  private controller!: WritableStreamDefaultController;
  private readonly batch: BatchWriterCore;
  private readonly transport: WritableStreamDefaultWriter<Uint8Array>;
  private readonly connection: Outgoing;
  private flushing: Promise<void> | undefined;
  private pendingPong: Uint8Array | undefined;
  private writeError: { error: unknown } | undefined;
  private isCloseQueued = false;
  /** Rejects the pending write. */
  private rejectWrite: (error: unknown) => void = () => {};
  private isOpen = false;
  private observesAbort = false;

  /** Messages wait until `opened` resolves, or {@link open} is called. */
  constructor(
    { role = 'client', backend }: { role?: Role; backend?: Backend },
    transport: WritableStreamDefaultWriter<Uint8Array>,
    opened: Promise<unknown>,
    connection: Outgoing,
  ) {
    const options = { role, borrowFrom: Number.POSITIVE_INFINITY };
    this.batch = new BatchWriterCore(selectKernel(backend), options, undefined, slab);
    this.transport = transport;
    this.connection = connection;
    const whenOpen = (act: () => Promise<void> | undefined): Promise<void> | undefined =>
      this.isOpen ? act() : opened.then(act);
    this.writable = new WritableStream({
      start: (controller) => {
        this.controller = controller;
      },
      write: (message) => {
        this.observeAbort();
        return whenOpen(() => this.send(message));
      },
      close: () => {
        this.observeAbort();
        return whenOpen(() => connection.onClose());
      },
      abort: (reason) => connection.onAbort(reason),
    });
  }

  /**
   * Sends messages at once from now on, without a turn of the microtask queue. A message that arrived with the
   * handshake can then be answered before the bytes after it are decoded.
   */
  open(): void {
    this.isOpen = true;
  }

  ping(): void {
    this.queue(() => this.batch.ping());
  }

  /** Answers a ping. Under backpressure, only the most recent ping is answered (§5.5.3). */
  pong(payload: Uint8Array): void {
    this.queue(() => {
      if (this.isFull) this.pendingPong = payload;
      else this.batch.pong(payload);
    });
  }

  /** Queues a close frame, which is the last frame. */
  close(code: number | undefined, reason?: string): void {
    this.queue(() => {
      this.queuePendingPong();
      this.batch.close(code, reason);
      this.isCloseQueued = true;
    });
  }

  /** Resolves when all queued frames have been written, or have been dropped. */
  flush(): Promise<void> {
    if (this.flushing === undefined && this.batch.bytes > 0) this.flushing = this.drain();
    return this.flushing ?? Promise.resolve();
  }

  /** Ends sending: the next write rejects with `error`; closing the stream does not. */
  stop(error: unknown): void {
    this.writeError ??= { error };
  }

  /** Ends sending, and fails the stream and its pending write at once. */
  fail(error: unknown): void {
    if (this.writeError === undefined) this.controller.error(error);
    this.stop(error);
    this.rejectPendingWrite();
  }

  /** Rejects a write that still waits for the transport, which has been released. */
  rejectPendingWrite(): void {
    this.rejectWrite(this.writeError?.error);
  }

  /**
   * Called by the first write: without one, the stream itself reports aborts. Creating its signal costs as much as a
   * connection of ws.
   */
  private observeAbort(): void {
    if (this.observesAbort) return;
    this.observesAbort = true;
    whenAborted(this.controller, (reason) => this.connection.onAbort(reason));
  }

  /** Queues a frame and starts to write it, unless sending has ended. */
  private queue(queue: () => void): void {
    if (this.writeError !== undefined || this.isCloseQueued) return;
    queue();
    void this.flush();
  }

  private queuePendingPong(): void {
    if (this.pendingPong !== undefined) this.batch.pong(this.pendingPong);
    this.pendingPong = undefined;
  }

  private get isFull(): boolean {
    return this.batch.bytes > HIGH_WATER;
  }

  private send(message: string | BytesLike): Promise<void> | undefined {
    if (this.writeError !== undefined) throw this.writeError.error;
    try {
      this.add(message);
    } catch (error) {
      this.connection.onSendError(error);
      throw error;
    }
    const flushed = this.flush();
    if (!this.isFull) return undefined;
    return new Promise((resolve, reject) => {
      this.rejectWrite = reject;
      void flushed.then(resolve);
    });
  }

  private add(message: string | BytesLike): void {
    if (typeof message === 'string') this.batch.text(message);
    else this.batch.binary(message);
  }

  private async drain(): Promise<void> {
    try {
      while (this.batch.bytes > 0) {
        for (const segment of this.batch.take()) await this.transport.write(ownMemory(segment));
        this.queuePendingPong();
      }
    } catch (error) {
      this.batch.take();
      this.connection.onLost(error);
    } finally {
      this.flushing = undefined;
    }
  }
}

/**
 * The bytes in a buffer that holds nothing else. Streams may transfer the buffer of a chunk, and connections share the
 * codec's buffers.
 */
export function ownMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isAlone = bytes.byteLength === bytes.buffer.byteLength;
  return isAlone ? (bytes as Uint8Array<ArrayBuffer>) : copyOf(bytes, 0, bytes.length);
}
