// Demo traffic for when no upstream is given: an echo server with compression, and clients with different patterns. One
// of them violates the protocol.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { WebSocket, WebSocketServer } from 'wsimd/ws';
import { safe } from '../support/terminal.js';

const LINES = [
  '안녕하세요',
  'Shall we meet at seven?',
  '{"type":"tick","price":607.82}',
  '또 만나요',
];

export async function startDemo() {
  const http = createServer().listen(0, '127.0.0.1');
  const server = new WebSocketServer({ server: http, perMessageDeflate: { threshold: 64 } });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    const pinging = setInterval(() => socket.ping('from the server'), 3000);
    socket.on('close', () => clearInterval(pinging));
  });
  await once(http, 'listening');
  const address = `127.0.0.1:${http.address().port}`;
  return { address, talk };
}

function talk(url) {
  const chat = open(`${url}/chat`, { perMessageDeflate: false });
  every(700, (count) => chat.send(LINES[count % LINES.length]), chat);

  const compressed = open(`${url}/compressed`, {});
  const people = Array.from({ length: 30 }, (_, index) => ({ name: '김민준', index }));
  every(1500, () => compressed.send(JSON.stringify(people)), compressed);

  const files = open(`${url}/files`, { perMessageDeflate: false });
  every(2000, () => files.send(new Uint8Array(65_536).fill(7)), files);
  every(2500, () => files.ping('from the client'), files);

  setInterval(() => {
    const brief = open(`${url}/brief`, {});
    brief.on('open', () => brief.close(4001, 'just visiting'));
  }, 5000);
  setInterval(() => violateProtocol(url), 9000);
}

function open(url, options) {
  const say = ({ message }) => console.log(safe(`demo: ${message}`));
  return new WebSocket(url, options).on('error', say);
}

function every(milliseconds, say, socket) {
  let count = 0;
  socket.on('open', () => {
    const timer = setInterval(() => say(count++), milliseconds);
    socket.on('close', () => clearInterval(timer));
  });
}

/** A client that does not mask its frames. */
function violateProtocol(url) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\n${key}`;
  socket.write(`GET /careless HTTP/1.1\r\nHost: ${hostname}\r\n${upgrade}\r\n\r\n`);
  socket.once('data', () => socket.write(Buffer.from([0x81, 0x05, ...Buffer.from('Hello')])));
  socket.on('end', () => socket.end());
  socket.on('error', () => {});
}
