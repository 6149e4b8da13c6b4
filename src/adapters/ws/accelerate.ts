// The codec put into ws: what `wsimd/ws` does in subclasses, and `accelerate` in the classes of a ws that
// others hold.

import type { Duplex } from 'node:stream';
import { isPrepared, type PreparedMessage } from '../../codec/prepared-message.ts';
import { forConnection } from './deflate.ts';
import { type FlushPolicy, watchExit } from './flush.ts';
import {
  type Callback,
  classesOf,
  inspect,
  isOwn,
  isPlainData,
  type MessageOptions,
  OPEN,
  type SocketOptions,
  type StockSocket,
  setSymbol,
  type WsModule,
} from './internals.ts';
import { CodecReceiver } from './receiver.ts';
import { type CodecSender, senderOf } from './sender.ts';
import { connect, wiringOf } from './wiring.ts';

const ACCELERATED = Symbol.for('wsimd.accelerated');
/** On a WebSocket or its prototype: the flush policy. */
export const FLUSH = Symbol.for('wsimd.flush');

/** Of WebSocket.prototype, what is replaced. */
type Methods = Pick<StockSocket, 'setSocket' | 'send' | 'terminate'>;

/** Whether frames of this WebSocket, of ws, go through the codec. */
export function isAccelerated(socket: unknown): boolean {
  return typeof socket === 'object' && socket !== null && Reflect.get(socket, ACCELERATED) === true;
}

/**
 * Puts the codec into a ws that others hold (what `require('ws')` gives, or `import * as ws`), for all
 * WebSockets it makes from now on, and returns it.
 * Throws an Error that says why where that cannot be done. Does nothing the second time.
 */
export function accelerate<W>(ws: W, options: { flush?: FlushPolicy } = {}): W {
  const flush = policy(options.flush);
  const classes = classesOf(ws);
  const { prototype } = classes.WebSocket;
  if (isAccelerated(prototype)) return ws;
  const { setSocket, send, terminate } = prototype;
  mark(replaceMethods(prototype, classes, { setSocket, send, terminate }), flush);
  return ws;
}

/** Makes a prototype one of accelerated WebSockets. */
export function mark(prototype: object, flush: FlushPolicy = policy()): void {
  Object.defineProperty(prototype, ACCELERATED, { value: true, configurable: true });
  Object.defineProperty(prototype, FLUSH, {
    value: flush,
    configurable: true,
    writable: true,
  });
}

/** The policy given, by default 'turn'. Throws a TypeError on a value that is not a policy. */
export function policy(flush: unknown = 'turn'): FlushPolicy {
  if (flush === 'turn' || flush === 'tick' || flush === 'immediate') return flush;
  throw new TypeError(`option flush must be turn, tick or immediate, not ${String(flush)}`);
}

/**
 * Gives a prototype the codec's methods, no more visible than ws's own are. They call those of `base`, where others
 * may put wrappers at any time.
 */
export function replaceMethods(
  prototype: object,
  ws: WsModule,
  base: Methods = ws.WebSocket.prototype,
): object {
  for (const [name, value] of Object.entries(methodsFor(ws, base))) {
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  }
  return prototype;
}

function methodsFor(ws: WsModule, base: Methods): Methods {
  const install = installer(ws, base);
  const stockSend = isOwn(base.send, /\b_sender\.send\(/) ? base.send : undefined;
  return {
    setSocket(this: StockSocket, socket, head, options) {
      install(this, socket, head, options);
    },

    send(this: StockSocket, data, options, cb) {
      const sender = this._sender as CodecSender | null;
      const isWrapped = base.send !== stockSend;
      if (!isWrapped && this.readyState === OPEN && sender?.isFree && isPlainData(data)) {
        const isText = typeof data === 'string';
        if (options === undefined || options === null) {
          sender.queue(data, !isText, cb);
          return;
        }
        if (typeof options === 'function') {
          sender.queue(data, !isText, options as Callback);
          return;
        }
        if (typeof options === 'object' && isWhole(options, !this._isServer)) {
          sender.queue(data, 'binary' in options ? !!options.binary : !isText, cb);
          return;
        }
      }
      if (!isPrepared(data)) base.send.call(this, data, options, cb);
      else if (isWrapped) sendPayload(this, base.send, data, options, cb);
      else sendPrepared(this, base.send, data, options, cb);
    },

    terminate(this: StockSocket) {
      (this._sender as CodecSender | null)?.flush?.();
      base.terminate.call(this);
    },
  };
}

/** Sets WebSockets up as ws does, with the codec in. */
function installer(ws: WsModule, base: Methods) {
  const internals = inspect(ws);
  const { setSocket } = base;
  const wiring = wiringOf(ws, internals, setSocket);
  const Sender = senderOf(ws, wiring.onSenderError);
  watchExit();

  function putCodecInto(socket: StockSocket, raw: Duplex, options: SocketOptions): void {
    socket._receiver = new CodecReceiver(socket, options, internals, wiring.receiver);
    const policy = (socket as unknown as Record<symbol, FlushPolicy>)[FLUSH];
    const { generateMask } = options;
    const sender = new Sender({ websocket: socket, socket: raw, policy, generateMask });
    setSymbol(sender, internals.kWebSocket, socket);
    socket._sender = sender;
  }

  return (socket: StockSocket, raw: Duplex, head: Uint8Array, options: SocketOptions): void => {
    if (wiring.socket === null || base.setSocket !== setSocket) {
      withoutOpen(socket, () => base.setSocket.call(socket, raw, head, options));
      putCodecInto(socket, raw, options);
    } else {
      putCodecInto(socket, raw, options);
      socket._socket = raw;
      setSymbol(raw, internals.kWebSocket, socket);
      connect(raw, head, wiring.socket);
      socket._readyState = OPEN;
    }
    socket.emit('open');
  };
}

/** Runs `setUp`, which ends with the event 'open', without that. */
function withoutOpen(socket: StockSocket, setUp: () => void): void {
  const own = Object.getOwnPropertyDescriptor(socket, 'emit');
  const { emit } = socket;
  socket.emit = (event, ...args) => event === 'open' || emit.call(socket, event, ...args);
  try {
    setUp();
  } finally {
    if (own === undefined) delete (socket as Partial<StockSocket>).emit;
    else Object.defineProperty(socket, 'emit', own);
  }
}

/** Options of a message that is one ordinary frame. */
function isWhole(options: object, isMasked: boolean): options is MessageOptions {
  const { fin, mask } = options as MessageOptions;
  return (fin === true || !('fin' in options)) && (mask === isMasked || !('mask' in options));
}

/** A prepared message that is compressed, or stands in line behind others. */
function sendPrepared(
  socket: StockSocket,
  send: StockSocket['send'],
  message: PreparedMessage,
  options: unknown,
  cb?: Callback,
): void {
  const given: MessageOptions = typeof options === 'object' && options !== null ? options : {};
  const sender = socket._sender as CodecSender | null;
  if (socket.readyState === OPEN && sender?.isIdle && isWhole(given, !socket._isServer)) {
    const ready = given.compress === false ? message : forConnection(message, socket._extensions);
    if (ready !== undefined) {
      sender.queuePrepared(ready, typeof options === 'function' ? (options as Callback) : cb);
      return;
    }
  }
  sendPayload(socket, send, message, options, cb);
}

/** A prepared message as those know it who know nothing of prepared messages. */
function sendPayload(
  socket: StockSocket,
  send: StockSocket['send'],
  message: PreparedMessage,
  options: unknown,
  cb?: Callback,
): void {
  const given = typeof options === 'object' ? options : {};
  const callback = typeof options === 'function' ? (options as Callback) : cb;
  send.call(socket, message.payload, { ...given, binary: message.isBinary }, callback);
}
