// http-proxy: passes bytes on; wsimd may be at either end of it.

import { createServer } from 'node:http';
import httpProxy from 'http-proxy';
import * as ws from 'ws';
import { listening, met, plug } from './support.mjs';

const { WebSocketServer } = plug ? await import('wsimd/ws') : ws;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
  const proxy = httpProxy.createProxyServer({
    target: { host: '127.0.0.1', port: server.address().port },
  });
  proxy.on('error', () => {});
  const front = createServer();
  front.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  front.listen(0, '127.0.0.1', () => listening(front));
});
server.on('connection', (socket) => {
  met(socket);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
