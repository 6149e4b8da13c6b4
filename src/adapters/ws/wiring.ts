// How a ws connects a WebSocket with its socket: the listeners it keeps to itself. They are read off one WebSocket
// that ws sets up itself; all others are then set up here, with the codec's receiver and sender from the start.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import {
  type Internals,
  isOwn,
  type StockSender,
  type StockSocket,
  type WsModule,
} from './internals.ts';
import { EVENTS, type Listeners } from './receiver-events.ts';

const SOCKET_EVENTS = ['close', 'data', 'end', 'error'] as const;

export type SocketListeners = Record<(typeof SOCKET_EVENTS)[number], (...args: unknown[]) => void>;

export interface Wiring {
  /** ws's listeners to its receiver's events. */
  readonly receiver: Listeners;
  /** And to its socket's; null where this ws does more than is known, so that only its own `setSocket` will do. */
  readonly socket: SocketListeners | null;
  readonly onSenderError: StockSender['onerror'];
}

/** Has ws set a WebSocket up over a stream that goes nowhere, and looks at what it did. */
export function wiringOf(
  ws: WsModule,
  internals: Internals,
  setSocket: StockSocket['setSocket'],
): Wiring {
  const socket = new ws.WebSocket(null, undefined, {});
  const raw = Object.assign(new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }), {
    setTimeout() {},
    setNoDelay() {},
  });
  const before = countsOf(raw);
  const keysBefore = Reflect.ownKeys(socket);
  setSocket.call(socket, raw, Buffer.alloc(0), {});
  const receiver = socket._receiver as StockSocket;
  const isKnown =
    isOwn(setSocket, /['"]conclude['"]/) &&
    Reflect.ownKeys(raw).every((key) => before.keys.has(key) || isExpected(key, internals)) &&
    Reflect.ownKeys(socket).every((key) => keysBefore.includes(key)) &&
    raw.eventNames().every((event) => {
      const added = raw.listenerCount(event) - (before.counts.get(event) ?? 0);
      return added === (SOCKET_EVENTS.includes(event as 'close') ? 1 : 0);
    });
  return {
    receiver: lastListeners(receiver, EVENTS) as Listeners,
    socket: isKnown ? (lastListeners(raw, SOCKET_EVENTS) as SocketListeners) : null,
    onSenderError: socket._sender.onerror,
  };
}

/** Connects a socket as ws does. Not every stream has the methods of a socket. */
export function connect(raw: Duplex, head: Uint8Array, listeners: SocketListeners): void {
  const { setTimeout, setNoDelay } = raw as Partial<Socket>;
  setTimeout?.call(raw as Socket, 0);
  setNoDelay?.call(raw as Socket);
  if (head.length > 0) raw.unshift(head);
  raw.on('close', listeners.close);
  raw.on('data', listeners.data);
  raw.on('end', listeners.end);
  raw.on('error', listeners.error);
}

function countsOf(raw: Duplex): { keys: Set<unknown>; counts: Map<unknown, number> } {
  const counts = raw.eventNames().map((event) => [event, raw.listenerCount(event)] as const);
  return { keys: new Set(Reflect.ownKeys(raw)), counts: new Map(counts) };
}

/** What a stream may own after ws has set it up: its WebSocket, and what Node keeps of listeners. */
function isExpected(key: string | symbol, { kWebSocket }: Internals): boolean {
  return key === kWebSocket || key === '_events' || key === '_eventsCount';
}

function lastListeners(emitter: StockSocket | Duplex, events: readonly string[]): unknown {
  return Object.fromEntries(events.map((event) => [event, emitter.listeners(event).at(-1)]));
}
