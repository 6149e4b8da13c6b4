// Bun's own server, run by Bun: echoes, and broadcasts as servers.ts has it.

import { answerParent, tell } from './channel.ts';
import { createBroadcast, orderOf } from './orders.ts';

interface BunSocket {
  send(data: string | Uint8Array): number;
}
declare const Bun: {
  serve(options: object): { port: number };
};

const sockets = new Set<BunSocket>();
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request: Request, own: { upgrade(request: Request): boolean }) =>
    own.upgrade(request) ? undefined : new Response('', { status: 426 }),
  websocket: {
    maxPayloadLength: 1 << 28,
    perMessageDeflate: false,
    open: (socket: BunSocket) => sockets.add(socket),
    close: (socket: BunSocket) => sockets.delete(socket),
    message(socket: BunSocket, data: string | Uint8Array) {
      const order = typeof data === 'string' ? orderOf(data) : null;
      if (order === null) socket.send(data);
      else createBroadcast(order, sendToAll);
    },
  },
});

function sendToAll(payload: Uint8Array): void {
  for (const socket of sockets) socket.send(payload);
}

answerParent();
tell({ type: 'listening', port: server.port });
