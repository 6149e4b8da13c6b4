// What stands in a WebSocket of ws for its Sender: the same class, but what it would write is gathered and
// leaves in one write. Plain messages are encoded by the batch writer; compressed ones, Blobs, fragments and
// control frames take ws's own way as far as the bytes of their frames.

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
  return class extends ws.Sender implements CodecSender {
    private readonly writer: BatchWriterCore;
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
      // What ws left on its own: who it belongs to, and where errors go.
      for (const key of Reflect.ownKeys(stock)) {
        if (typeof key === 'symbol' || key === 'onerror')
          Reflect.set(this, key, Reflect.get(stock, key));
      }
      this.policy = policy;
      this.isPlain = deflateOf(stock._extensions) === undefined;
      const role = isServer ? 'server' : 'client';
      this.writer = new BatchWriter({ role, maskingKey: generateMask && keysFrom(generateMask) });
    }

    get isFree(): boolean {
      return this.isPlain && this.isIdle;
    }

    get isIdle(): boolean {
      // Before 8.18 there is `_deflating` where `_state` is now.
      return !this._state && !this._deflating && this._firstFragment && this._queue.length === 0;
    }

    queue(data: string | BytesLike | PreparedMessage, isBinary: boolean, cb?: Callback): void {
      const { writer } = this;
      const before = writer.bytes;
      if (data instanceof PreparedMessage) writer.prepared(data);
      else writer.frame(isBinary ? BINARY : TEXT, data);
      this.queued(before, cb);
    }

    /** Frames that ws made, or another who writes frames of their own (as engine.io does). */
    override sendFrame(list: (Uint8Array | string)[], cb?: Callback): void {
      const { writer } = this;
      const before = writer.bytes;
      for (const part of list) writer.raw(typeof part === 'string' ? Buffer.from(part) : part);
      this.queued(before, cb);
    }

    /** The last frame, and often the last chance to send it. */
    override close(code: number | undefined, data: unknown, mask: boolean, cb?: Callback): void {
      super.close(code, data, mask, cb);
      this.flush();
    }

    private queued(before: number, cb?: Callback): void {
      const { bytes } = this.writer;
      this._bufferedBytes += bytes - before;
      if (typeof cb === 'function') {
        this.callbacks ??= [];
        this.callbacks.push(cb);
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
      const { bytes } = writer;
      if (bytes === 0 && callbacks === null) return;
      const segments = writer.take();
      this.callbacks = null;
      this._bufferedBytes -= bytes;
      const cb = callbacks === null ? undefined : callAll(callbacks);
      if (segments.length === 1) {
        socket.write(segments[0], cb);
        return;
      }
      const last = segments.length - 1;
      socket.cork();
      for (let i = 0; i < last; i++) socket.write(segments[i]);
      socket.write(segments[last] ?? EMPTY, cb);
      socket.uncork();
    }
  };
}

const EMPTY = new Uint8Array(0);

function callAll(callbacks: Callback[]): (error?: Error | null) => void {
  if (callbacks.length === 1) return callbacks[0] as (error?: Error | null) => void;
  return (error) => {
    let i = 0;
    const callRest = (): void => {
      try {
        while (i < callbacks.length) callbacks[i++](error as Error);
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
