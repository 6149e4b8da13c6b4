// What stands in a WebSocket of ws for its Sender: the same class, but what it would write is gathered and
// leaves in one write. Plain messages are encoded by the batch writer; compressed ones, Blobs, fragments and
// control frames take ws's own way as far as the bytes of their frames.

import { AsyncResource } from 'node:async_hooks';
import type { Duplex } from 'node:stream';
import type { BatchWriterCore } from '../../codec/batch-writer.ts';
import type { BytesLike } from '../../codec/bytes.ts';
import { PreparedMessage } from '../../codec/prepared-message.ts';
import { BatchWriter } from '../../entry/auto.ts';
import { readMaskingKey } from '../../protocol/header.ts';
import { BINARY, TEXT } from '../../protocol/opcodes.ts';
import { type Flushable, type FlushPolicy, planFlush } from './flush.ts';
import { type Callback, deflateOf, type StockSender, type WsModule } from './internals.ts';

/** Bytes that are not worth waiting with: what gathers more than this leaves at once. */
const FLUSH_FROM = 1 << 17;

/** What ws's Sender is made into. */
export interface CodecSender extends StockSender, Flushable {
  /** Whether a message may be queued right away: no extension, and nothing in ws's own queue before it. */
  readonly isFree: boolean;
  /** Whether ws's own queue is empty, whatever the extensions. */
  readonly isIdle: boolean;
  /** Queues a whole message. */
  queue(data: string | BytesLike | PreparedMessage, isBinary: boolean, cb?: Callback): void;
}

type MakeSender = new (
  stock: StockSender,
  isServer: boolean,
  policy: FlushPolicy,
  generateMask?: (mask: Uint8Array) => void,
) => CodecSender;

/** Derives the class from the Sender of a given ws. */
export function senderOf(ws: WsModule): MakeSender {
  type OnError = StockSender['onerror'];
  let [own, wrapped]: OnError[] = [];
  /** ws's handler, the same for all its senders, behind a flush. */
  const flushing = (onerror: OnError): OnError => {
    if (onerror !== undefined && onerror !== own) {
      own = onerror;
      wrapped = function (this: CodecSender, error: Error) {
        this.flush();
        onerror.call(this as never, error);
      };
    }
    return wrapped;
  };
  return class extends ws.Sender implements CodecSender {
    /** Only while something is queued: idle connections need none. */
    private writer: BatchWriterCore | null = null;
    private readonly isServer: boolean;
    private readonly maskingKey: (() => number) | undefined;
    private readonly policy: FlushPolicy;
    private readonly isPlain: boolean;
    private callbacks: Callback[] | null = null;
    private isPlanned = false;

    /** Takes the place of `stock`. */
    constructor(
      stock: StockSender,
      isServer: boolean,
      policy: FlushPolicy,
      generateMask?: (mask: Uint8Array) => void,
    ) {
      super(stock._socket, stock._extensions, generateMask);
      // What ws left on its own: who it belongs to, and where errors go. An error ends the socket: what is
      // queued leaves before.
      for (const key of Reflect.ownKeys(stock)) {
        if (typeof key === 'symbol') Reflect.set(this, key, Reflect.get(stock, key));
      }
      this.onerror = flushing(stock.onerror);
      this.policy = policy;
      this.isPlain = deflateOf(stock._extensions) === undefined;
      this.isServer = isServer;
      this.maskingKey = generateMask && keysFrom(generateMask);
    }

    get isFree(): boolean {
      return this.isPlain && this.isIdle;
    }

    get isIdle(): boolean {
      // Before 8.18 there is `_deflating` where `_state` is now.
      return !this._state && !this._deflating && this._firstFragment && this._queue.length === 0;
    }

    queue(data: string | BytesLike | PreparedMessage, isBinary: boolean, cb?: Callback): void {
      const writer = this.borrowWriter();
      const before = writer.bytes;
      if (data instanceof PreparedMessage) writer.prepared(data);
      else writer.frame(isBinary ? BINARY : TEXT, data);
      this.queued(writer.bytes, before, cb);
    }

    /** Frames that ws made, or another who writes frames of their own (as engine.io does). */
    override sendFrame(list: (Uint8Array | string)[], cb?: Callback): void {
      const writer = this.borrowWriter();
      const before = writer.bytes;
      for (const part of list) writer.raw(typeof part === 'string' ? Buffer.from(part) : part);
      this.queued(writer.bytes, before, cb);
    }

    /** The last frame, and often the last chance to send it. */
    override close(code: number | undefined, data: unknown, mask: boolean, cb?: Callback): void {
      super.close(code, data, mask, cb);
      this.flush();
    }

    private borrowWriter(): BatchWriterCore {
      this.writer ??=
        (this.maskingKey ? null : writersOf(this.isServer).pop()) ?? this.makeWriter();
      return this.writer;
    }

    private makeWriter(): BatchWriterCore {
      const { isServer, maskingKey } = this;
      return new BatchWriter({ role: isServer ? 'server' : 'client', maskingKey });
    }

    private queued(bytes: number, before: number, cb?: Callback): void {
      this._bufferedBytes += bytes - before;
      if (typeof cb === 'function') {
        this.callbacks ??= [];
        // The write has the context of whoever sent first in this turn; the callback has its sender's own.
        this.callbacks.push(this.policy === 'immediate' ? cb : inContext(cb));
      }
      if (bytes >= FLUSH_FROM || this.policy === 'immediate') this.flush();
      else if (!this.isPlanned) {
        this.isPlanned = true;
        planFlush(this, this.policy);
      }
    }

    flush(): void {
      this.isPlanned = false;
      const { writer, callbacks, _socket: socket } = this;
      if (writer === null) return;
      const { bytes } = writer;
      const segments = writer.take();
      this.callbacks = null;
      this.writer = null;
      const idle = writersOf(this.isServer);
      if (this.maskingKey === undefined && idle.length < MOST_IDLE) idle.push(writer);
      this._bufferedBytes -= bytes;
      write(socket, segments, callbacks === null ? undefined : callAll(callbacks));
    }
  };
}

const EMPTY = new Uint8Array(0);

/** Segments to a socket, in one write of it; `cb` when the last is out. */
function write(socket: Duplex, segments: Uint8Array[], cb?: Callback): void {
  if (segments.length <= 1) {
    if (segments.length === 1 || cb !== undefined) socket.write(segments[0] ?? EMPTY, cb);
    return;
  }
  const last = segments.length - 1;
  socket.cork();
  for (let i = 0; i < last; i++) socket.write(segments[i]);
  socket.write(segments[last], cb);
  socket.uncork();
}

/** Writers that have nothing queued, for whoever needs one next. */
const idleServers: BatchWriterCore[] = [];
const idleClients: BatchWriterCore[] = [];
const MOST_IDLE = 256;

function writersOf(isServer: boolean): BatchWriterCore[] {
  return isServer ? idleServers : idleClients;
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
        if (i < callbacks.length) process.nextTick(callRest);
      }
    };
    callRest();
  };
}

/** ws's option writes a masking key into four bytes. */
function keysFrom(generateMask: (mask: Uint8Array) => void): () => number {
  const mask = Buffer.alloc(4);
  return () => {
    generateMask(mask);
    return readMaskingKey(mask, 0);
  };
}
