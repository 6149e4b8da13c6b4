// The frames a WebSocket of ws has to send, until its socket takes them: gathered, and written together.
//
// What is handed to the socket is never memory that the user can still change: long payloads are borrowed, and
// written within the call that sends them. While the socket is busy with an earlier write, frames wait here in memory
// of their own, so that a slow reader keeps alive little more than its own bytes.

import { AsyncResource } from 'node:async_hooks';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { BatchWriterCore } from '../../codec/batch-writer.ts';
import type { PreparedMessage } from '../../codec/prepared-message.ts';
import { ReusedSlab } from '../../codec/slab.ts';
import { copyOf } from '../../kernel/platform.ts';
import { selectKernel } from '../../kernel/select.ts';
import { BINARY, TEXT } from '../../protocol/opcodes.ts';
import { nextTick } from './clock.ts';
import {
  type Flushable,
  type FlushPolicy,
  flushOverdue,
  mustWriteNow,
  planFlush,
} from './flush.ts';
import type { Callback } from './internals.ts';

/** Queued bytes that are not worth waiting with. */
const FLUSH_FROM = 1 << 17;
/** Payloads of at least this many bytes are written at once, uncopied; bench/echo, 16 and 64 KiB. */
const BORROW_FROM = 1 << 15;
/** Writers with nothing queued that are kept for the next who needs one. */
const MOST_IDLE = 256;

const slab = new ReusedSlab(BORROW_FROM);

/** What the queue asks of its WebSocket. */
export interface Sending {
  readonly socket: Duplex;
  readonly isServer: boolean;
  readonly policy: FlushPolicy;
  readonly maskingKey: (() => number) | undefined;
  /** Counts bytes that are queued (positive) or written (negative). */
  count(bytes: number): void;
  /** The socket could not be written to. */
  failed(error: unknown): void;
}

export class SendQueue implements Flushable {
  private readonly owner: Sending;
  /** Only while something is queued: idle connections need none. */
  private writer: BatchWriterCore | null = null;
  private callbacks: Callback[] | null = null;
  private planned: FlushPolicy | null = null;
  /** The socket is busy with a write of ours, and calls back when it is done. */
  private isBusy = false;

  constructor(owner: Sending) {
    this.owner = owner;
  }

  /** Queues a whole message. */
  message(data: string | Uint8Array, isBinary: boolean, cb?: Callback): void {
    const writer = this.writer ?? this.borrowWriter();
    const before = writer.bytes;
    writer.frame(isBinary ? BINARY : TEXT, data);
    this.queued(writer, before, cb);
  }

  prepared(message: PreparedMessage, cb?: Callback): void {
    const writer = this.writer ?? this.borrowWriter();
    const before = writer.bytes;
    writer.prepared(message);
    this.queued(writer, before, cb);
  }

  /** Queues bytes that are frames already. */
  raw(parts: (Uint8Array | string)[], cb?: Callback): void {
    const writer = this.writer ?? this.borrowWriter();
    const before = writer.bytes;
    for (const part of parts) writer.raw(typeof part === 'string' ? Buffer.from(part) : part);
    this.queued(writer, before, cb);
  }

  flushUnlessBusy(): void {
    this.planned = null;
    const { writer } = this;
    if (writer === null) return;
    if (this.isBusy && !writer.borrows && writer.bytes < FLUSH_FROM) return;
    this.flush();
  }

  flush(): void {
    this.planned = null;
    const { writer, callbacks, owner } = this;
    if (writer === null) return;
    const { bytes } = writer;
    this.callbacks = null;
    this.writer = null;
    owner.count(-bytes);
    const { socket } = owner;
    try {
      const segments = writer.take();
      const cb = callbacks === null ? undefined : callAll(callbacks);
      if (!(socket.writableLength > 0)) write(socket, segments, cb);
      else if (this.isBusy) write(socket, segments.map(withLittleBeside), cb);
      else {
        this.isBusy = true;
        write(socket, segments.map(withLittleBeside), this.whenTaken(cb));
      }
      writer.release(hasCopied(socket));
      this.returnWriter(writer);
    } catch (error) {
      writer.release(false);
      owner.failed(error);
      if (callbacks !== null) nextTick(callAll(callbacks), error as Error);
    }
  }

  private whenTaken(cb: Callback | undefined): Callback {
    return (error) => {
      this.isBusy = false;
      this.flushUnlessBusy();
      cb?.(error);
    };
  }

  private queued(writer: BatchWriterCore, before: number, cb: Callback | undefined): void {
    const { bytes } = writer;
    const { policy } = this.owner;
    const isUrgent =
      writer.borrows || bytes >= FLUSH_FROM || policy === 'immediate' || mustWriteNow();
    this.owner.count(bytes - before);
    if (typeof cb === 'function') {
      this.callbacks ??= [];
      // The write has the context of whoever sent first in this turn; the callback has its sender's own.
      this.callbacks.push(isUrgent && this.callbacks.length === 0 ? cb : inContext(cb));
    }
    if (isUrgent) {
      this.flush();
      return;
    }
    const when = typeof cb === 'function' ? 'tick' : policy;
    if (this.planned === null || (this.planned === 'turn' && when === 'tick')) {
      this.planned = when;
      planFlush(this, when);
    } else flushOverdue();
  }

  private borrowWriter(): BatchWriterCore {
    const { isServer, maskingKey } = this.owner;
    const writer = (maskingKey ? null : idleWriters(isServer).pop()) ?? this.makeWriter();
    if (this.isBusy) writer.isolate();
    this.writer = writer;
    return writer;
  }

  private makeWriter(): BatchWriterCore {
    const { isServer, maskingKey } = this.owner;
    const role = isServer ? 'server' : 'client';
    const options = { role, maskingKey, borrowFrom: BORROW_FROM } as const;
    return new BatchWriterCore(selectKernel(), options, undefined, slab);
  }

  private returnWriter(writer: BatchWriterCore): void {
    const { isServer, maskingKey } = this.owner;
    const idle = idleWriters(isServer);
    if (maskingKey === undefined && idle.length < MOST_IDLE) idle.push(writer);
  }
}

const idleServers: BatchWriterCore[] = [];
const idleClients: BatchWriterCore[] = [];

function idleWriters(isServer: boolean): BatchWriterCore[] {
  return isServer ? idleServers : idleClients;
}

const EMPTY = new Uint8Array(0);

/** Segments to a socket, in one write of it; `cb` when the last is out. */
function write(socket: Duplex, segments: Uint8Array[], cb: Callback | undefined): void {
  if (segments.length <= 1) {
    if (segments.length === 1 || cb !== undefined) socket.write(segments[0] ?? EMPTY, cb);
    return;
  }
  const last = segments.length - 1;
  socket.cork();
  try {
    for (let i = 0; i < last; i++) socket.write(segments[i]);
    socket.write(segments[last], cb);
  } finally {
    socket.uncork();
  }
}

const { write: netWrite } = Socket.prototype;

/**
 * Whether the system has copied all that was written: nobody reads that memory any more. Other streams (TLS, or a
 * `write` that others put in) may keep what they are given.
 */
function hasCopied(socket: Duplex): boolean {
  if (socket.writableLength !== 0 || (socket as object).constructor !== Socket) return false;
  return (socket as Partial<Socket>).write === netWrite;
}

/** The bytes, copied if they keep alive more than twice their own memory. */
function withLittleBeside(bytes: Uint8Array): Uint8Array {
  if (bytes.length * 2 >= bytes.buffer.byteLength) return bytes;
  return copyOf(bytes, 0, bytes.length);
}

/** What AsyncResource.bind gives, without the seven microseconds it takes in Node 20 (examples/socket-io/load.js). */
function inContext(cb: Callback): Callback {
  const context = new AsyncResource('WSIMD_SEND');
  return (error) => context.runInAsyncScope(cb, undefined, error);
}

function callAll(callbacks: Callback[]): Callback {
  if (callbacks.length === 1) return callbacks[0];
  return (error) => {
    let i = 0;
    const callRest = (): void => {
      try {
        while (i < callbacks.length) callbacks[i++](error);
      } finally {
        // One that throws must not silence those behind it.
        if (i < callbacks.length) nextTick(callRest);
      }
    };
    callRest();
  };
}
