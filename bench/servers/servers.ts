// The servers that the end-to-end suites and the demo compare. Each echoes what it is sent; a text message
// "broadcast N BYTES" makes it send N messages to all its clients instead.

import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { accelerate, broadcast, prepare } from 'wsimd/ws';
import { listenWithCodec, type Note } from '../demo/codec-server.ts';
import type { ServerName } from './names.ts';
import { createBroadcast, orderOf } from './orders.ts';
import { listenWithWebsocketNode } from './websocket-node.ts';

/** Of ws, what the servers use. */
interface Socket {
  readonly readyState: number;
  readonly _socket: { cork(): void; uncork(): void };
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): void;
  send(data: Buffer, options: { binary: boolean }): void;
}
interface Server {
  readonly clients: Set<Socket>;
  address(): AddressInfo;
  on(event: 'connection', listener: (socket: Socket) => void): void;
}
type Send = (socket: Socket, data: Buffer, binary: boolean) => void;

/** Listens on a free port of the loopback interface and tells which. */
export function listen(name: ServerName, note: Note, whenListening: (port: number) => void): void {
  if (name === 'codec') {
    listenWithCodec(note, whenListening);
    return;
  }
  if (name === 'websocket') {
    listenWithWebsocketNode(whenListening);
    return;
  }
  // Beside the benchmark, where it is installed, as with all competitors.
  const ws = createRequire(import.meta.url)('ws');
  const isOurs = name.startsWith('wsimd');
  if (isOurs) accelerate(ws);
  const options = { host: '127.0.0.1', port: 0, perMessageDeflate: false, maxPayload: 1 << 28 };
  const server: Server = new ws.WebSocketServer(options, () =>
    whenListening(server.address().port),
  );
  const send = name === 'ws-corked' ? sendCorked : sendPlainly;
  const toAll = isOurs ? broadcastPrepared : broadcastEach(send);
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => {
      // A glance at the first byte: what is no order must cost nothing.
      const order = isBinary || data[0] !== 0x62 ? null : orderOf(data.toString());
      if (order === null) send(socket, data, isBinary);
      else createBroadcast(order, (payload) => toAll(server.clients, payload));
    });
  });
}

const sendPlainly: Send = (socket, data, binary) => socket.send(data, { binary });

const corked = new Set<Socket>();

/** What careful users of ws do by themselves: one write a tick. */
const sendCorked: Send = (socket, data, binary) => {
  if (!corked.has(socket)) {
    if (corked.size === 0) process.nextTick(uncorkAll);
    corked.add(socket);
    socket._socket.cork();
  }
  socket.send(data, { binary });
};

function uncorkAll(): void {
  for (const { _socket: socket } of corked) socket.uncork();
  corked.clear();
}

function broadcastPrepared(clients: Set<Socket>, data: Buffer): void {
  broadcast(clients as Iterable<never>, prepare(data));
}

function broadcastEach(send: Send): (clients: Set<Socket>, data: Buffer) => void {
  return (clients, data) => {
    for (const client of clients) send(client, data, true);
  };
}
