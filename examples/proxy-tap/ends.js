// Test support: the proxy as a program, with real servers and clients on both sides.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { freePort, start } from '../support/programs.js';

export const main = fileURLToPath(new URL('main.js', import.meta.url));

/** Functions called after each test, to stop what it started. */
export const opened = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** Starts the proxy as a program in front of port `upstream`. */
export async function startProxy(upstream, ...flags) {
  const [port, pagePort] = [await freePort(), await freePort()];
  const where = ['--port', port, '--page-port', pagePort, '--upstream', `127.0.0.1:${upstream}`];
  const args = [main, ...where, ...flags].map(String);
  const program = await start(process.execPath, args, { ready: /page: +http/ });
  opened.push(() => program.stop());
  const page = `http://127.0.0.1:${pagePort}/`;
  const connections = async () => (await (await fetch(`${page}status`)).json()).connections;
  return Object.assign(program, { port, page, connections, url: `ws://127.0.0.1:${port}` });
}

/** A TCP server in place of a WebSocket server. `talk` gets each socket. */
export async function startTcp(talk) {
  const sockets = new Set();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on('error', () => {}));
    talk(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server.address().port;
}

export async function startEcho(options = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  opened.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return server.address().port;
}

export function open(url, options) {
  const socket = new WebSocket(url, options);
  opened.push(() => socket.terminate());
  return socket.on('error', () => {});
}

export function openTcp(port) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  opened.push(() => socket.destroy());
  return socket;
}

export const REQUEST = [
  ...['GET /chat HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'],
  ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
].join('\r\n');
export const RESPONSE = [
  ...['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'],
  ...['Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', '', ''],
].join('\r\n');
