// Nest's WsAdapter: it loads ws itself; what it loads is accelerated before, with `accelerate` or `register`.

import 'reflect-metadata';
import { createRequire } from 'node:module';
import { listening, met, plug } from './support.mjs';

const require = createRequire(import.meta.url);
if (plug) {
  const { accelerate } = require('wsimd/ws');
  accelerate(createRequire(require.resolve('@nestjs/platform-ws'))('ws'));
}
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { WsAdapter } = require('@nestjs/platform-ws');
const { SubscribeMessage, WebSocketGateway } = require('@nestjs/websockets');

class Gateway {
  handleConnection(socket) {
    met(socket);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  }

  greet() {}
}
SubscribeMessage('greet')(
  Gateway.prototype,
  'greet',
  Object.getOwnPropertyDescriptor(Gateway.prototype, 'greet'),
);
WebSocketGateway()(Gateway);
class App {}
Module({ providers: [Gateway] })(App);

const app = await NestFactory.create(App, { logger: false });
app.useWebSocketAdapter(new WsAdapter(app));
await app.listen(0, '127.0.0.1');
listening(app.getHttpServer());
