// What stands in a WebSocket of ws for its Sender: the same class, but its frames go to a SendQueue. Plain messages
// are encoded by the codec; compressed ones, Blobs, fragments and control frames take ws's own way up to the bytes of
// their frames.

import type { Duplex } from 'node:stream';
import type { PreparedMessage } from '../../codec/prepared-message.ts';
import { readMaskingKey } from '../../protocol/header.ts';
import { nextTick } from './clock.ts';
import type { FlushPolicy } from './flush.ts';
import {
  type Callback,
  deflateOf,
  isPlainData,
  type MessageOptions,
  type StockSender,
  type StockSocket,
  type WsModule,
} from './internals.ts';
import { type Sending, SendQueue } from './send-queue.ts';

/** What ws's Sender is made into. */
export interface CodecSender extends StockSender {
  /** Whether a message may be queued right away: no extension, and nothing in ws's own queue before it. */
  readonly isFree: boolean;
  /** Whether ws's own queue is empty, whatever the extensions. */
  readonly isIdle: boolean;
  /** Queues a whole message. */
  queue(data: string | Uint8Array, isBinary: boolean, cb?: Callback): void;
  queuePrepared(message: PreparedMessage, cb?: Callback): void;
  /** Writes all that is queued. */
  flush(): void;
  /** The same, unless the socket is still busy with earlier writes. */
  flushUnlessBusy(): void;
}

/** What a connection's sender is made of. */
export interface Connection {
  /** The WebSocket, and the socket below it. */
  websocket: StockSocket;
  socket: Duplex;
  policy: FlushPolicy;
  generateMask: ((mask: Uint8Array) => void) | undefined;
}

/** Derives the class from the Sender of a given ws. `onerror` is ws's own handler, where this ws has one. */
export function senderOf(
  ws: WsModule,
  onerror: StockSender['onerror'],
): new (
  connection: Connection,
) => CodecSender {
  /** An error ends the socket: what is queued leaves before. */
  function flushAndReport(this: CodecSender, error: Error): void {
    this.flush();
    onerror?.call(this as never, error);
  }

  return class extends ws.Sender implements CodecSender, Sending {
    readonly isServer: boolean;
    readonly policy: FlushPolicy;
    readonly maskingKey: (() => number) | undefined;
    private readonly isPlain: boolean;
    private readonly websocket: StockSocket;
    private readonly sending: SendQueue;

    constructor({ websocket, socket, policy, generateMask }: Connection) {
      super(socket, websocket._extensions, generateMask);
      if (onerror !== undefined) this.onerror = flushAndReport;
      this.websocket = websocket;
      this.isServer = websocket._isServer;
      this.policy = policy;
      this.maskingKey = generateMask && keysFrom(generateMask);
      this.isPlain = deflateOf(websocket._extensions) === undefined;
      this.sending = new SendQueue(this);
    }

    get socket(): Duplex {
      return this._socket;
    }

    get isFree(): boolean {
      return this.isPlain && this.isIdle;
    }

    get isIdle(): boolean {
      // Before 8.18 there is `_deflating` where `_state` is now.
      return !this._state && !this._deflating && this._firstFragment && this._queue.length === 0;
    }

    queue(data: string | Uint8Array, isBinary: boolean, cb?: Callback): void {
      this.sending.message(data, isBinary, cb);
    }

    queuePrepared(message: PreparedMessage, cb?: Callback): void {
      this.sending.prepared(message, cb);
    }

    /** Called by ws's own `WebSocket.send`, which runs where others have wrapped it. */
    override send(data: unknown, options: Required<MessageOptions>, cb?: Callback): void {
      const isOneFrame = options.fin && options.mask === !this.isServer;
      if (isOneFrame && this.isFree && isPlainData(data)) this.queue(data, options.binary, cb);
      else super.send(data, options, cb);
    }

    /** Frames that ws made, or another who writes frames of their own (as engine.io does). */
    override sendFrame(list: (Uint8Array | string)[], cb?: Callback): void {
      this.sending.raw(list, cb);
    }

    /** The last frame, and often the last chance to send it. */
    override close(code: number | undefined, data: unknown, mask: boolean, cb?: Callback): void {
      super.close(code, data, mask, cb);
      this.flush();
    }

    flush(): void {
      this.sending.flush();
    }

    flushUnlessBusy(): void {
      this.sending.flushUnlessBusy();
    }

    count(bytes: number): void {
      this._bufferedBytes += bytes;
    }

    /** Ends this connection alone. The user hears of it in a tick of its own, as of all errors of a socket. */
    failed(error: unknown): void {
      const { websocket, _socket: socket } = this;
      nextTick(() => {
        if (!websocket._errorEmitted) {
          websocket._errorEmitted = true;
          websocket.emit('error', error);
        }
      });
      socket.destroy();
    }
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
