// Bun's own server, run by Bun: echoes, and broadcasts as servers.ts has it.

import { createBroadcast, orderOf } from './orders.ts';
import type { FromServer } from './server-process.ts';

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

const tell = (message: FromServer): void => {
  process.send?.(message);
};
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  tell({ type: 'usage', microseconds: user + system, rss: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit());
tell({ type: 'listening', port: server.port });
