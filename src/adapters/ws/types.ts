// The types of what `wsimd/ws` exports, as people know them from @types/ws, without needing it.

import type { EventEmitter } from 'node:events';
import type {
  ClientRequest,
  ClientRequestArgs,
  Server as HttpServer,
  IncomingMessage,
  OutgoingHttpHeaders,
} from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex, DuplexOptions } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import type { ZlibOptions } from 'node:zlib';
import type { PreparedMessage } from '../../codec/prepared-message.ts';
import type { FlushPolicy } from './flush.ts';

/** A message as it arrives; see `binaryType`. */
export type RawData = Buffer | ArrayBuffer | Buffer[];

/** What can be sent. */
export type SendData =
  | string
  | number
  | ArrayBufferView
  | ArrayBufferLike
  | Blob
  | readonly number[]
  | PreparedMessage;

export interface SendOptions {
  mask?: boolean | undefined;
  binary?: boolean | undefined;
  compress?: boolean | undefined;
  fin?: boolean | undefined;
}

export interface WsEvent {
  type: string;
  target: WebSocketInstance;
}
export interface ErrorEvent extends WsEvent {
  error: unknown;
  message: string;
}
export interface CloseEvent extends WsEvent {
  wasClean: boolean;
  code: number;
  reason: string;
}
export interface MessageEvent extends WsEvent {
  data: string | RawData;
}

export interface WebSocketEventMap {
  open: WsEvent;
  error: ErrorEvent;
  close: CloseEvent;
  message: MessageEvent;
}

/** Events and what their listeners get. */
export interface SocketEvents {
  close: [code: number, reason: Buffer];
  error: [error: Error];
  message: [data: RawData, isBinary: boolean];
  open: [];
  ping: [data: Buffer];
  pong: [data: Buffer];
  redirect: [url: string, request: ClientRequest];
  'unexpected-response': [request: ClientRequest, response: IncomingMessage];
  upgrade: [request: IncomingMessage];
}

export interface ServerEvents<S> {
  connection: [socket: S, request: IncomingMessage];
  error: [error: Error];
  headers: [headers: string[], request: IncomingMessage];
  close: [];
  listening: [];
  wsClientError: [error: Error, socket: Duplex, request: IncomingMessage];
}

/** The methods of an emitter, for a list of events. */
interface Typed<Events> {
  on<E extends keyof Events>(event: E, listener: Listener<this, Events[E]>): this;
  on(event: string | symbol, listener: Listener<this, never>): this;
  once<E extends keyof Events>(event: E, listener: Listener<this, Events[E]>): this;
  once(event: string | symbol, listener: Listener<this, never>): this;
  off<E extends keyof Events>(event: E, listener: Listener<this, Events[E]>): this;
  off(event: string | symbol, listener: Listener<this, never>): this;
  addListener<E extends keyof Events>(event: E, listener: Listener<this, Events[E]>): this;
  addListener(event: string | symbol, listener: Listener<this, never>): this;
  removeListener<E extends keyof Events>(event: E, listener: Listener<this, Events[E]>): this;
  removeListener(event: string | symbol, listener: Listener<this, never>): this;
}

type Listener<This, Args> = (this: This, ...args: Args extends unknown[] ? Args : never) => void;

type Sent = (error?: Error) => void;
type EventListener<E> = ((event: E) => void) | { handleEvent(event: E): void };

/** A WebSocket, of either end. */
export interface WebSocketInstance
  extends Omit<EventEmitter, keyof Typed<object>>,
    Typed<SocketEvents> {
  binaryType: 'nodebuffer' | 'arraybuffer' | 'fragments' | 'blob';
  readonly bufferedAmount: number;
  readonly extensions: string;
  readonly isPaused: boolean;
  readonly protocol: string;
  readonly readyState: 0 | 1 | 2 | 3;
  readonly url: string;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  onopen: ((event: WsEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  close(code?: number, data?: string | Uint8Array): void;
  ping(data?: SendData, mask?: boolean, cb?: Sent): void;
  pong(data?: SendData, mask?: boolean, cb?: Sent): void;
  send(data: SendData, cb?: Sent): void;
  send(data: SendData, options: SendOptions, cb?: Sent): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  addEventListener<E extends keyof WebSocketEventMap>(
    type: E,
    listener: EventListener<WebSocketEventMap[E]>,
    options?: { once?: boolean | undefined },
  ): void;
  removeEventListener<E extends keyof WebSocketEventMap>(
    type: E,
    listener: EventListener<WebSocketEventMap[E]>,
  ): void;
}

/** Options of permessage-deflate (RFC 7692). */
export interface PerMessageDeflateOptions {
  serverNoContextTakeover?: boolean | undefined;
  clientNoContextTakeover?: boolean | undefined;
  serverMaxWindowBits?: number | undefined;
  clientMaxWindowBits?: number | undefined;
  zlibDeflateOptions?: ZlibOptions | undefined;
  zlibInflateOptions?: ZlibOptions | undefined;
  threshold?: number | undefined;
  concurrencyLimit?: number | undefined;
}

interface CommonOptions {
  allowSynchronousEvents?: boolean | undefined;
  autoPong?: boolean | undefined;
  closeTimeout?: number | undefined;
  maxBufferedChunks?: number | undefined;
  maxFragments?: number | undefined;
  maxPayload?: number | undefined;
  perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  skipUTF8Validation?: boolean | undefined;
  /** When what was sent is written. Default `'turn'`. Not of ws. */
  flush?: FlushPolicy | undefined;
}

export interface ClientOptions extends CommonOptions, SecureContextOptions {
  agent?: ClientRequestArgs['agent'];
  createConnection?: ClientRequestArgs['createConnection'];
  family?: number | undefined;
  finishRequest?: ((request: ClientRequest, websocket: WebSocketInstance) => void) | undefined;
  followRedirects?: boolean | undefined;
  generateMask?: ((mask: Buffer) => void) | undefined;
  handshakeTimeout?: number | undefined;
  headers?: OutgoingHttpHeaders | undefined;
  host?: string | undefined;
  localAddress?: string | undefined;
  maxRedirects?: number | undefined;
  origin?: string | undefined;
  protocol?: string | undefined;
  protocolVersion?: number | undefined;
  rejectUnauthorized?: boolean | undefined;
  servername?: string | undefined;
  timeout?: number | undefined;
  checkServerIdentity?: ((host: string, certificate: object) => Error | undefined) | undefined;
}

type ClientInfo = { origin: string; secure: boolean; req: IncomingMessage };

export type VerifyClientCallbackSync = (info: ClientInfo) => boolean;
export type VerifyClientCallbackAsync = (
  info: ClientInfo,
  callback: (ok: boolean, code?: number, message?: string, headers?: OutgoingHttpHeaders) => void,
) => void;

export interface ServerOptions extends CommonOptions {
  WebSocket?: unknown;
  backlog?: number | undefined;
  clientTracking?: boolean | undefined;
  handleProtocols?:
    | ((protocols: Set<string>, request: IncomingMessage) => string | false)
    | undefined;
  host?: string | undefined;
  noServer?: boolean | undefined;
  path?: string | undefined;
  port?: number | undefined;
  server?: HttpServer | HttpsServer | undefined;
  verifyClient?: VerifyClientCallbackAsync | VerifyClientCallbackSync | undefined;
}

/** A server of WebSockets. */
export interface WebSocketServerInstance
  extends Omit<EventEmitter, keyof Typed<object>>,
    Typed<ServerEvents<WebSocketInstance>> {
  readonly options: ServerOptions;
  readonly path: string;
  readonly clients: Set<WebSocketInstance>;
  address(): AddressInfo | string | null;
  close(cb?: (error?: Error) => void): void;
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    callback: (client: WebSocketInstance, request: IncomingMessage) => void,
  ): void;
  shouldHandle(request: IncomingMessage): boolean | Promise<boolean>;
}

export interface WebSocketServerConstructor {
  new (options?: ServerOptions, callback?: () => void): WebSocketServerInstance;
  readonly prototype: WebSocketServerInstance;
}

type Address = string | URL;

export interface WebSocketConstructor {
  new (address: null): WebSocketInstance;
  new (address: Address, options?: ClientOptions | ClientRequestArgs): WebSocketInstance;
  new (
    address: Address,
    protocols?: string | string[],
    options?: ClientOptions | ClientRequestArgs,
  ): WebSocketInstance;
  readonly prototype: WebSocketInstance;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  readonly WebSocket: WebSocketConstructor;
  readonly Server: WebSocketServerConstructor;
  readonly WebSocketServer: WebSocketServerConstructor;
  readonly createWebSocketStream: CreateWebSocketStream;
  readonly Receiver: StreamConstructor;
  readonly Sender: new (...args: never[]) => object;
}

type StreamConstructor = new (...args: never[]) => NodeJS.WritableStream;

export type CreateWebSocketStream = (
  websocket: WebSocketInstance,
  options?: DuplexOptions,
) => Duplex;
