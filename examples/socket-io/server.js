// One process of the chat. The `wsEngine` line selects wsimd; WS=ws omits it.

import { fileURLToPath } from 'node:url';
import { createAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import { isAccelerated, WebSocketServer } from 'wsimd/ws';
import { isLocalRequest } from '../support/admission.js';
import { servePage } from '../support/pages.js';
import { exitOnFault } from '../support/process.js';
import { safe } from '../support/terminal.js';
import { LARGEST, sizeOf } from './page/room.js';
import { connectRedis } from './redis.js';
import { RoomLog } from './room-log.js';

/** The maximum length of a room name, a user name and a message id. */
const MAX_NAME = 60;

exitOnFault();
const { PORT, REDIS, NAME, PEERS = '[]', WS } = process.env;
const say = (text) => console.log(safe(`${NAME}: ${text}`));

const routes = {
  '/': fileURLToPath(new URL('page', import.meta.url)),
  '/settings.json': () => ({ name: NAME, peers: JSON.parse(PEERS) }),
};
const http = await servePage(routes, Number(PORT));
const redis = connectRedis(REDIS, { log: say, onBack: () => io.local.emit('behind') });
const log = new RoomLog(redis.log);
const io = new Server(http, {
  ...(WS !== 'ws' && { wsEngine: WebSocketServer }),
  adapter: createAdapter(redis.publisher, redis.subscriber),
  maxHttpBufferSize: 2 * LARGEST,
  // Needed because browsers let any page open a WebSocket to any host.
  allowRequest: (request, done) => done(null, isLocalRequest(request)),
});

io.on('connection', async (socket) => {
  const { room, after } = socket.handshake.auth;
  if (typeof room !== 'string' || room === '' || room.length > MAX_NAME) {
    socket.emit('trouble', `A room name is 1 to ${MAX_NAME} characters.`);
    socket.disconnect();
    return;
  }
  socket.join(room);
  socket.on('since', (at) => sendHistory(socket, room, at));
  socket.on('say', (message, done) => {
    if (typeof done === 'function') take(socket, room, message, done);
    else socket.emit('trouble', 'A message without an acknowledgement callback is not saved.');
  });
  sendTransport(socket);
  socket.conn.on('upgrade', () => sendTransport(socket));
  await sendHistory(socket, room, after);
});

async function take(socket, room, message, done) {
  if (!isMessage(message)) return done({ refused: 'Malformed message.' });
  try {
    const { id, name, text, picture } = message;
    const at = await log.append(room, message);
    // Also for a duplicate: a process may have died after storing it, before broadcasting it.
    io.to(room).emit('message', { id, name, text, ...(picture && { picture }), at });
    done({ at });
  } catch {
    // Not acknowledged: socket.io-client sends it again.
    socket.emit('trouble', 'Messages cannot be saved at the moment; yours wait here.');
  }
}

function isMessage(message) {
  const { id, name, text, picture } = message ?? {};
  const isText = [id, name, text].every((value) => typeof value === 'string');
  const isPicture = picture === undefined || Buffer.isBuffer(picture);
  if (!isText || !isPicture || id.length > MAX_NAME || name.length > MAX_NAME) return false;
  return sizeOf(text, picture) <= LARGEST;
}

async function sendHistory(socket, room, after) {
  try {
    socket.emit('history', await log.after(room, Number.isSafeInteger(after) ? after : 0));
  } catch {
    socket.emit('trouble', 'The history cannot be loaded at the moment; it will follow.');
  }
}

/** Tells the page its transport and the server's engine. */
function sendTransport(socket) {
  const { name, socket: webSocket } = socket.conn.transport;
  const isFast = name === 'websocket' && isAccelerated(webSocket);
  socket.emit('transport', { name, engine: isFast ? 'wsimd' : undefined });
}

process.once('disconnect', () => process.exit()); // main.js has exited
say(`page: http://127.0.0.1:${http.address().port}/`);
