// The codec put into ws: what `wsimd/ws` does in subclasses, and `accelerate` in the classes of a ws that
// others hold.

import type { Duplex } from 'node:stream';
import { PreparedMessage } from '../../codec/prepared-message.ts';
import { forConnection } from './deflate.ts';
import type { FlushPolicy } from './flush.ts';
import {
  type Callback,
  classesOf,
  inspect,
  OPEN,
  type SocketOptions,
  type StockSocket,
  type WsModule,
} from './internals.ts';
import { CodecReceiver, EVENTS, type Listeners } from './receiver.ts';
import { type CodecSender, senderOf } from './sender.ts';

const ACCELERATED = Symbol.for('wsimd.accelerated');
/** On a WebSocket or its prototype: the flush policy. */
export const FLUSH = Symbol.for('wsimd.flush');

/** Of WebSocket.prototype, what is replaced. */
type Methods = Pick<StockSocket, 'setSocket' | 'send' | 'terminate'>;

interface SendOptions {
  binary?: boolean;
  fin?: boolean;
  mask?: boolean;
  compress?: boolean;
}

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
  const classes = classesOf(ws);
  const { prototype } = classes.WebSocket;
  if (isAccelerated(prototype)) return ws;
  mark(replaceMethods(prototype, classes), options.flush);
  return ws;
}

/** Makes a prototype one of accelerated WebSockets. */
export function mark(prototype: object, flush: FlushPolicy = 'turn'): void {
  Object.defineProperty(prototype, ACCELERATED, { value: true, configurable: true });
  Object.defineProperty(prototype, FLUSH, {
    value: policy(flush),
    configurable: true,
    writable: true,
  });
}

/** Throws a TypeError on what is no policy. */
export function policy(flush: unknown): FlushPolicy {
  if (flush === 'turn' || flush === 'tick' || flush === 'immediate') return flush;
  throw new TypeError(`option flush must be turn, tick or immediate, not ${String(flush)}`);
}

/** Gives a prototype the codec's methods, no more visible than ws's own are. */
export function replaceMethods(prototype: object, ws: WsModule): object {
  for (const [name, value] of Object.entries(methodsFor(ws))) {
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  }
  return prototype;
}

function methodsFor(ws: WsModule): Methods {
  const { setSocket, send, terminate } = ws.WebSocket.prototype;
  const install = installer(ws, setSocket);
  return {
    setSocket(this: StockSocket, socket, head, options) {
      install(this, socket, head, options);
    },

    send(this: StockSocket, data, options, cb) {
      const sender = this._sender as CodecSender | null;
      if (this.readyState === OPEN && sender?.isFree && isPlain(data)) {
        if (options === undefined || options === null) {
          sender.queue(data, isBinary(data), cb);
          return;
        }
        if (typeof options === 'function') {
          sender.queue(data, isBinary(data), options as Callback);
          return;
        }
        if (typeof options === 'object' && isWhole(options, !this._isServer)) {
          sender.queue(data, 'binary' in options ? !!options.binary : isBinary(data), cb);
          return;
        }
      }
      if (data instanceof PreparedMessage) sendPrepared(this, send, data, options, cb);
      else send.call(this, data, options, cb);
    },

    terminate(this: StockSocket) {
      (this._sender as CodecSender | null)?.flush?.();
      terminate.call(this);
    },
  };
}

/** Lets ws set a socket up as it does, and puts the codec in before anyone can use it. */
function installer(ws: WsModule, setSocket: StockSocket['setSocket']) {
  const internals = inspect(ws);
  const Sender = senderOf(ws);
  let listeners: Listeners | undefined;
  return (socket: StockSocket, raw: Duplex, head: Uint8Array, options: SocketOptions): void => {
    withoutOpen(socket, () => setSocket.call(socket, raw, head, options));
    listeners ??= listenersOf(socket._receiver as StockSocket);
    const { _sender: stock, _isServer: isServer } = socket;
    const flush = Reflect.get(socket, FLUSH) as FlushPolicy;
    socket._receiver = new CodecReceiver(socket, options, internals, listeners);
    socket._sender = new Sender(stock, isServer, flush, options.generateMask);
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

function listenersOf(receiver: StockSocket): Listeners {
  return Object.fromEntries(
    EVENTS.map((event) => [event, receiver.listeners(event)[0]]),
  ) as unknown as Listeners;
}

function isPlain(data: unknown): data is string | Uint8Array | PreparedMessage {
  return typeof data === 'string' || data instanceof Uint8Array || data instanceof PreparedMessage;
}

function isBinary(data: string | Uint8Array | PreparedMessage): boolean {
  return typeof data === 'string' ? false : data instanceof PreparedMessage ? data.isBinary : true;
}

/** Options of a message that is one ordinary frame. */
function isWhole(options: object, isMasked: boolean): options is SendOptions {
  const { fin, mask } = options as SendOptions;
  return (fin === true || !('fin' in options)) && (mask === isMasked || !('mask' in options));
}

/** A prepared message where it cannot be sent as it is: compressed, or in line behind others. */
function sendPrepared(
  socket: StockSocket,
  send: StockSocket['send'],
  message: PreparedMessage,
  options: unknown,
  cb?: Callback,
): void {
  const binary = message.isBinary;
  const given: SendOptions = typeof options === 'object' && options !== null ? options : {};
  const callback = typeof options === 'function' ? (options as Callback) : cb;
  const sender = socket._sender as CodecSender | null;
  if (socket.readyState === OPEN && sender?.isIdle && isWhole(given, !socket._isServer)) {
    const ready = given.compress === false ? message : forConnection(message, socket._extensions);
    if (ready !== undefined) {
      sender.queue(ready, binary, callback);
      return;
    }
  }
  send.call(socket, message.payload, { ...given, binary }, callback);
}
