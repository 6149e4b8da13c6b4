// What this adapter touches inside ws, told in one place: its shapes, and the two symbols it keeps to itself
// (wiring.ts has the listeners). All of it is the same in ws 8.5 to 8.23; what is older, bundled or another's
// implementation under the same name is refused by `inspect`.

import type { EventEmitter } from 'node:events';
import type { Duplex, Writable } from 'node:stream';
import { makesBuffers } from '../../kernel/platform.ts';

export type Callback = (error?: Error | null) => void;

/** A method of ws that is called with another `this`. */
export type Method = (this: object, ...args: never[]) => unknown;

/** ws's Sender: frames one message at a time and writes each on its own. */
export interface StockSender {
  _socket: Duplex;
  _extensions: Record<string, unknown>;
  _bufferedBytes: number;
  _firstFragment: boolean;
  /** What delays its queue: 0 for nothing. Older ones have `_deflating` instead. */
  _state?: number;
  _deflating?: boolean;
  _queue: unknown[];
  onerror?: (this: never, error: Error) => void;
  send(data: unknown, options: Required<MessageOptions>, cb?: Callback): void;
  close(code: number | undefined, data: unknown, mask: boolean, cb?: Callback): void;
  sendFrame(list: (Uint8Array | string)[], cb?: Callback): void;
}

/** Options of `WebSocket.send`. */
export interface MessageOptions {
  binary?: boolean;
  fin?: boolean;
  mask?: boolean;
  compress?: boolean;
}

/** Messages that the codec takes as they are. The rest is ws's to convert. */
export function isPlainData(data: unknown): data is string | Uint8Array {
  return typeof data === 'string' || data instanceof Uint8Array;
}

/** Options of `setSocket`, of which older ws know fewer. */
export interface SocketOptions {
  allowSynchronousEvents?: boolean;
  generateMask?: (mask: Uint8Array) => void;
  maxBufferedChunks?: number;
  maxFragments?: number;
  maxPayload?: number;
  skipUTF8Validation?: boolean;
}

/** A WebSocket of ws, with what it keeps behind underscores. */
export interface StockSocket extends EventEmitter {
  readonly readyState: number;
  _binaryType: string;
  _extensions: Record<string, unknown>;
  _isServer: boolean;
  _readyState: number;
  /** An 'error' has been emitted: there is one at most. */
  _errorEmitted?: boolean;
  /** Pongs that ws owes, since 8.23. */
  _pendingAutoPongs?: number;
  _receiver: unknown;
  _sender: StockSender;
  _socket: Duplex;
  setSocket(socket: Duplex, head: Uint8Array, options: SocketOptions): void;
  send(data: unknown, options?: unknown, cb?: Callback): void;
  close(code?: number, data?: unknown): void;
  terminate(): void;
}

/** The classes of a ws. */
export interface WsModule {
  readonly WebSocket: {
    new (address: unknown, protocols?: unknown, options?: unknown): StockSocket;
    readonly prototype: StockSocket;
  };
  readonly Server: new (
    options?: unknown,
    callback?: () => void,
  ) => EventEmitter & { options: { WebSocket?: unknown } };
  readonly Receiver: new (options: object) => Writable;
  readonly Sender: new (
    socket: Duplex,
    extensions?: object,
    generateMask?: (mask: Uint8Array) => void,
  ) => StockSender;
}

/**
 * The classes of what `require('ws')` gives, or of all that `import` gives. Throws an Error that says what is
 * missing where it is no ws that can be accelerated.
 */
export function classesOf(module: unknown): WsModule {
  if ((typeof module !== 'object' && typeof module !== 'function') || module === null) {
    throw refusal('it is not a module');
  }
  const given = module as Record<string, unknown>;
  const WebSocket = typeof given === 'function' ? given : (given.WebSocket ?? given.default);
  const { Receiver, Sender } = given;
  const Server = given.WebSocketServer ?? given.Server;
  for (const [name, part] of Object.entries({ WebSocket, Server, Receiver, Sender })) {
    if (typeof part === 'function') continue;
    throw refusal(
      `it has no ${name} (a bundled copy, the runtime’s own in its place, or a part of the module)`,
    );
  }
  return { WebSocket, Server, Receiver, Sender } as WsModule;
}

function refusal(why: string, cause?: unknown): Error {
  const message = `wsimd cannot accelerate this ws: ${why}. It needs all of ws 8.5 or a later 8.x`;
  return new Error(message, cause === undefined ? undefined : { cause });
}

/**
 * Whether a method is ws's own, by what its source must contain, and no wrapper around it: a wrapper (of a tracer, for
 * one) must see every call.
 */
export function isOwn(method: unknown, contains: RegExp): boolean {
  return typeof method === 'function' && contains.test(Function.prototype.toString.call(method));
}

/** Sets a property under a symbol. `Reflect.set` takes several times as long (bench/connections). */
export function setSymbol(object: object, key: symbol, value: unknown): void {
  (object as Record<symbol, unknown>)[key] = value;
}

/** What ws keeps to itself. */
export interface Internals {
  /** Under which a receiver, a sender and a socket know their WebSocket. */
  readonly kWebSocket: symbol;
  /** Under which an error knows the close code it calls for. */
  readonly kStatusCode: symbol;
}

const EXTENSION = 'permessage-deflate';

/** readyState while messages can be sent. */
export const OPEN = 1;

/** The permessage-deflate of a connection, where it was negotiated. */
export interface PerMessageDeflate {
  decompress(
    data: Uint8Array,
    fin: boolean,
    callback: (error: Error | null, data?: Uint8Array) => void,
  ): void;
}

export function deflateOf(extensions: Record<string, unknown>): PerMessageDeflate | undefined {
  return extensions[EXTENSION] as PerMessageDeflate | undefined;
}

const NO_BUFFER =
  'wsimd cannot accelerate ws here: process.getBuiltinModule does not return node:buffer, so messages could not be Buffers';

/** Looks into a ws. Throws an Error that says why where it is none that can be accelerated. */
export function inspect(ws: WsModule): Internals {
  if (!makesBuffers) throw new Error(NO_BUFFER);
  let found: Internals | string;
  try {
    found = lookInto(ws);
  } catch (cause) {
    throw refusal(`it cannot be looked into (${(cause as Error).message})`, cause);
  }
  if (typeof found === 'string') throw refusal(found);
  return found;
}

/** The internals, or why there are none. */
function lookInto({ WebSocket, Server, Receiver }: WsModule): Internals | string {
  if (typeof WebSocket.prototype.setSocket !== 'function') {
    return 'its WebSocket has no setSocket to hook into';
  }
  if (new Server({ noServer: true }).options.WebSocket === undefined) {
    return 'its server has no option WebSocket';
  }
  const receiver = new Receiver({ isServer: true });
  const kWebSocket = symbolOf(receiver, 'websocket');
  const kStatusCode = symbolOf(errorOf(receiver), 'status-code');
  if (kWebSocket === undefined || kStatusCode === undefined) return 'its insides are unknown';
  return { kWebSocket, kStatusCode };
}

function symbolOf(object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
}

/** The error a receiver makes of an unmasked frame. */
function errorOf(receiver: Writable): object {
  let error: object = {};
  const cb = (made?: Error | null): void => {
    if (made) error = made;
  };
  receiver._write(Buffer.from([0x81, 0x00]), 'buffer' as BufferEncoding, cb);
  return error;
}
