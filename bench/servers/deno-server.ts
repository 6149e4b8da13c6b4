// Deno's own server, run by Deno: echoes, and broadcasts as servers.ts has it.

import { answerParent, tell } from './channel.ts';
import { createBroadcast, orderOf } from './orders.ts';

declare const Deno: {
  serve(options: object, handler: (request: Request) => Response): unknown;
  upgradeWebSocket(request: Request): { socket: WebSocket; response: Response };
};

const sockets = new Set<WebSocket>();

function handle(request: Request): Response {
  if (request.headers.get('upgrade') !== 'websocket') return new Response('', { status: 426 });
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => sockets.add(socket);
  socket.onclose = () => sockets.delete(socket);
  socket.onmessage = ({ data }) => {
    const order = typeof data === 'string' ? orderOf(data) : null;
    if (order === null) socket.send(data);
    else createBroadcast(order, sendToAll);
  };
  return response;
}

function sendToAll(payload: Buffer): void {
  for (const socket of sockets) socket.send(payload as Uint8Array<ArrayBuffer>);
}

answerParent();
Deno.serve(
  {
    port: 0,
    hostname: '127.0.0.1',
    onListen: ({ port }: { port: number }) => tell({ type: 'listening', port }),
  },
  handle,
);
