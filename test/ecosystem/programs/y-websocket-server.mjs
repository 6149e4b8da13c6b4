// y-websocket: the server is given WebSockets of any ws.

import { createRequire } from 'node:module';
import * as ws from 'ws';
import { listening, met, plug } from './support.mjs';

const { setupWSConnection } = createRequire(import.meta.url)('y-websocket/bin/utils');
const { WebSocketServer } = plug ? await import('wsimd/ws') : ws;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => listening(server));
server.on('connection', (socket, request) => {
  met(socket);
  setupWSConnection(socket, request);
});
