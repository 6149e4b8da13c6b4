// @fastify/websocket: its options go to the server of ws, which takes the class of its WebSockets.

import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import { listening, met, plug } from './support.mjs';

const options = plug ? { WebSocket: (await import('wsimd/ws')).WebSocket } : {};
const fastify = Fastify();
await fastify.register(websocket, { options: { ...options, perMessageDeflate: true } });
fastify.get('/', { websocket: true }, (socket) => {
  met(socket);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
await fastify.listen({ host: '127.0.0.1', port: 0 });
listening(fastify.server);
