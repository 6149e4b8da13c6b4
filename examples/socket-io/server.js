// One process of the chat: `wsEngine` is all that makes it a server on wsimd. WS=ws leaves the line out.

import { fileURLToPath } from 'node:url';
import { createAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import { isAccelerated, WebSocketServer } from 'wsimd/ws';
import { isFromHere } from '../support/admission.js';
import { servePage } from '../support/pages.js';
import { exitOnFault } from '../support/process.js';
import { safe } from '../support/terminal.js';
import { LARGEST, sizeOf } from './page/room.js';
import { connectRedis } from './redis.js';
import { RoomLog } from './room-log.js';

/** Of a room's name, a person's, and the id of a message. */
const MOST_LETTERS = 60;

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
  // Browsers let any page open a WebSocket to any host.
  allowRequest: (request, done) => done(null, isFromHere(request)),
});

io.on('connection', async (socket) => {
  const { room, after } = socket.handshake.auth;
  if (typeof room !== 'string' || room === '' || room.length > MOST_LETTERS) {
    socket.emit('trouble', `A room has a name of 1 to ${MOST_LETTERS} characters.`);
    socket.disconnect();
    return;
  }
  socket.join(room);
  socket.on('since', (at) => tellHistory(socket, room, at));
  socket.on('say', (message, done) => {
    if (typeof done === 'function') take(socket, room, message, done);
    else socket.emit('trouble', 'Nobody asks what becomes of this message: it is not kept.');
  });
  tellTransport(socket);
  socket.conn.on('upgrade', () => tellTransport(socket));
  await tellHistory(socket, room, after);
});

async function take(socket, room, message, done) {
  if (!isMessage(message)) return done({ refused: 'This is no message.' });
  try {
    const { id, name, text, picture } = message;
    const at = await log.append(room, message);
    // One that came before may have been kept and not told, by a process that died in between.
    io.to(room).emit('said', { id, name, text, ...(picture && { picture }), at });
    done({ at });
  } catch {
    // Not acknowledged: socket.io-client sends it again.
    socket.emit('trouble', 'Nothing can be kept at the moment; your messages wait here.');
  }
}

function isMessage(message) {
  const { id, name, text, picture } = message ?? {};
  const isText = [id, name, text].every((value) => typeof value === 'string');
  const isPicture = picture === undefined || Buffer.isBuffer(picture);
  if (!isText || !isPicture || id.length > MOST_LETTERS || name.length > MOST_LETTERS) return false;
  return sizeOf(text, picture) <= LARGEST;
}

async function tellHistory(socket, room, after) {
  try {
    socket.emit('history', await log.after(room, Number.isSafeInteger(after) ? after : 0));
  } catch {
    socket.emit('trouble', 'What was said before cannot be read at the moment; it comes later.');
  }
}

/** To the page: by what it is connected, and to whom. */
function tellTransport(socket) {
  const { name, socket: webSocket } = socket.conn.transport;
  const isFast = name === 'websocket' && isAccelerated(webSocket);
  socket.emit('transport', { name, engine: isFast ? 'wsimd' : undefined });
}

process.once('disconnect', () => process.exit()); // main.js is gone
say(`its page is http://127.0.0.1:${http.address().port}/`);
