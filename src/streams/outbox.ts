// Messages to send, until the transport has them: the writable side. While one write is under way, frames
// gather for the next.

import { BatchWriterCore } from '../codec/batch-writer.ts';
import type { BytesLike } from '../codec/bytes.ts';
import { sharedSlab } from '../codec/slab.ts';
import type { Backend } from '../kernel/kernel.ts';
import { copyOf } from '../kernel/platform.ts';
import { selectKernel } from '../kernel/select.ts';
import type { Role } from '../protocol/role.ts';
import { whenAborted } from './when-aborted.ts';

/** Bytes of frames that wait before senders are told to. */
const HIGH_WATER = 64 * 1024;

/** Never seen by users: what leaves it is copied by {@link ownMemory}. */
const slab = sharedSlab();

/** What the outbox asks of its connection. */
export interface Outgoing {
  /** The writable side was closed: every message before is queued. Resolves when the connection is closed. */
  onClose(): Promise<void>;
  onAbort(reason: unknown): void;
  /** A message cannot be sent. Its write fails with `cause`, and so does every later one. */
  onUnsendable(cause: unknown): void;
  /** The transport takes nothing any more. */
  onLost(cause: unknown): void;
}

export class Outbox {
  readonly writable: WritableStream<string | BytesLike>;
  private controller!: WritableStreamDefaultController;
  private readonly batch: BatchWriterCore;
  private readonly transport: WritableStreamDefaultWriter<Uint8Array>;
  private readonly connection: Outgoing;
  private flushing: Promise<void> | undefined;
  private latePong: Uint8Array | undefined;
  private refusal: { error: unknown } | undefined;
  private hasClosed = false;
  /** Fails the write that is under way. */
  private giveUp: (error: unknown) => void = () => {};
  private isOpen = false;
  private heedsAborts = false;

  /** Messages wait until `opened` is resolved, or {@link open} is called. */
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
        this.heedAborts();
        return whenOpen(() => this.send(message));
      },
      close: () => {
        this.heedAborts();
        return whenOpen(() => connection.onClose());
      },
      abort: (reason) => connection.onAbort(reason),
    });
  }

  /**
   * Takes messages from here on, at once: a message that came with the handshake is answered before what
   * came behind it counts.
   */
  open(): void {
    this.isOpen = true;
  }

  ping(): void {
    this.queue(() => this.batch.ping());
  }

  /** Answers a ping; where the transport lags behind, only the last of them (§5.5.3). */
  pong(payload: Uint8Array): void {
    this.queue(() => {
      if (this.isFull) this.latePong = payload;
      else this.batch.pong(payload);
    });
  }

  /** The last frame: whatever is queued behind it is not sent. */
  close(code: number | undefined, reason?: string): void {
    this.queue(() => {
      this.queueLatePong();
      this.batch.close(code, reason);
      this.hasClosed = true;
    });
  }

  /** Resolves when all that is queued has been written, or never will be. */
  flush(): Promise<void> {
    if (this.flushing === undefined && this.batch.bytes > 0) this.flushing = this.drain();
    return this.flushing ?? Promise.resolve();
  }

  /** Nothing can be sent from here on: the next write fails with `error`, and closing does not. */
  refuse(error: unknown): void {
    this.refusal ??= { error };
  }

  /** The same, and whoever waits is told at once. */
  fail(error: unknown): void {
    if (this.refusal === undefined) this.controller.error(error);
    this.refuse(error);
    this.abandon();
  }

  /** The transport is let go: who waits for it to take a message is told. */
  abandon(): void {
    this.giveUp(this.refusal?.error);
  }

  /** While nothing is under way the stream tells by itself, and a signal costs as much as a connection of ws. */
  private heedAborts(): void {
    if (this.heedsAborts) return;
    this.heedsAborts = true;
    whenAborted(this.controller, (reason) => this.connection.onAbort(reason));
  }

  /** Queues a frame and writes it as soon as may be; not once nothing can be sent. */
  private queue(queue: () => void): void {
    if (this.refusal !== undefined || this.hasClosed) return;
    queue();
    void this.flush();
  }

  private queueLatePong(): void {
    if (this.latePong !== undefined) this.batch.pong(this.latePong);
    this.latePong = undefined;
  }

  private get isFull(): boolean {
    return this.batch.bytes > HIGH_WATER;
  }

  private send(message: string | BytesLike): Promise<void> | undefined {
    if (this.refusal !== undefined) throw this.refusal.error;
    try {
      this.add(message);
    } catch (error) {
      this.connection.onUnsendable(error);
      throw error;
    }
    const flushed = this.flush();
    if (!this.isFull) return undefined;
    return new Promise((resolve, reject) => {
      this.giveUp = reject;
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
        this.queueLatePong();
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
 * The bytes with nothing else in their buffer: streams may transfer what they are given, and the codec's
 * blocks are shared by connections.
 */
export function ownMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isAlone = bytes.byteLength === bytes.buffer.byteLength;
  return isAlone ? (bytes as Uint8Array<ArrayBuffer>) : copyOf(bytes, 0, bytes.length);
}
