// `wsimd/ws`: everything ws exports, with the codec inside; and what ws has not: `accelerate`,
// `isAccelerated`, `broadcast`, `prepare`.

import * as stock from 'ws';
import { prepare } from '../../codec/prepared-message.ts';
import { accelerate, FLUSH, isAccelerated, mark, policy, replaceMethods } from './accelerate.ts';
import { broadcast } from './broadcast.ts';
import type { FlushPolicy } from './flush.ts';
import { classesOf } from './internals.ts';
import type * as types from './types.ts';

export { PreparedMessage, type PrepareOptions } from '../../codec/prepared-message.ts';
export type { Recipient } from './broadcast.ts';
export type { FlushPolicy } from './flush.ts';
export type {
  ClientOptions,
  CloseEvent,
  ErrorEvent,
  MessageEvent,
  PerMessageDeflateOptions,
  RawData,
  ServerOptions,
  VerifyClientCallbackAsync,
  VerifyClientCallbackSync,
} from './types.ts';
export { accelerate, broadcast, isAccelerated, prepare };

const ws = classesOf(stock);

/** Those of ws that are exported as they are, where this ws has them. */
interface Rest {
  createWebSocketStream: types.CreateWebSocketStream;
  Receiver: types.WebSocketConstructor['Receiver'];
  Sender: types.WebSocketConstructor['Sender'];
  PerMessageDeflate: unknown;
  extension: unknown;
  subprotocol: unknown;
}
const rest = stock as unknown as Rest;

class AcceleratedWebSocket extends ws.WebSocket {
  constructor(address: unknown, protocols?: unknown, options?: unknown) {
    // Before `super`, which connects.
    const flush = flushOf(options) ?? flushOf(protocols);
    super(address, protocols, options);
    if (flush !== undefined) Reflect.set(this, FLUSH, flush);
  }
}
// `register` may have been here before: then the classes extended have the codec already.
if (!isAccelerated(ws.WebSocket.prototype)) replaceMethods(AcceleratedWebSocket.prototype, ws);
mark(AcceleratedWebSocket.prototype);
Object.defineProperty(AcceleratedWebSocket, 'name', { value: 'WebSocket' });

/** The class a server makes its sockets of, with its flush policy. */
function classWith(flush: FlushPolicy | undefined): unknown {
  if (flush === undefined) return AcceleratedWebSocket;
  const Class = class WebSocket extends AcceleratedWebSocket {};
  mark(Class.prototype, flush);
  return Class;
}

class AcceleratedServer extends ws.Server {
  constructor(options?: object, callback?: () => void) {
    super({ WebSocket: classWith(flushOf(options)), ...options }, callback);
  }
}
Object.defineProperty(AcceleratedServer, 'name', { value: 'WebSocketServer' });

/** The option `flush`, where it is given. Throws a TypeError where it is not a policy. */
function flushOf(options: unknown): FlushPolicy | undefined {
  const flush = (options as { flush?: unknown } | null | undefined)?.flush;
  return flush === undefined ? undefined : policy(flush);
}

// What `require` gives is the class, and all else on it.
Object.assign(AcceleratedWebSocket, {
  createWebSocketStream: rest.createWebSocketStream,
  Receiver: rest.Receiver,
  Sender: rest.Sender,
  accelerate,
  broadcast,
  isAccelerated,
  prepare,
  WebSocket: AcceleratedWebSocket,
  WebSocketServer: AcceleratedServer,
  Server: AcceleratedServer,
});

/** As in ws. */
export const WebSocket = AcceleratedWebSocket as unknown as types.WebSocketConstructor;
export type WebSocket = types.WebSocketInstance;
/** As in ws. */
export const WebSocketServer = AcceleratedServer as unknown as types.WebSocketServerConstructor;
export type WebSocketServer = types.WebSocketServerInstance;
/** As in ws. */
export const Server = WebSocketServer;
export type Server = types.WebSocketServerInstance;

/** ws's own, for either kind of WebSocket. */
export const { createWebSocketStream } = rest;
/** ws's own. */
export const { Receiver, Sender, PerMessageDeflate, extension, subprotocol } = rest;

// The types people know as `WebSocket.RawData` and so on.
export declare namespace WebSocket {
  export type RawData = types.RawData;
  export type Data = string | types.RawData;
  export type ClientOptions = types.ClientOptions;
  export type ServerOptions = types.ServerOptions;
  export type PerMessageDeflateOptions = types.PerMessageDeflateOptions;
  export type VerifyClientCallbackAsync = types.VerifyClientCallbackAsync;
  export type VerifyClientCallbackSync = types.VerifyClientCallbackSync;
  export type Event = types.WsEvent;
  export type ErrorEvent = types.ErrorEvent;
  export type CloseEvent = types.CloseEvent;
  export type MessageEvent = types.MessageEvent;
  export type WebSocketEventMap = types.WebSocketEventMap;
  export type Server = types.WebSocketServerInstance;
  export type WebSocketServer = types.WebSocketServerInstance;
}

// What `import` and `require` give.
export { WebSocket as default, WebSocket as 'module.exports' };
