// Socket.IO: `wsEngine` is the class of the server engine.io makes.

import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listening, met, plug } from './support.mjs';

const options = plug ? { wsEngine: (await import('wsimd/ws')).WebSocketServer } : {};
const http = createServer();
const io = new Server(http, { ...options, maxHttpBufferSize: 1e7 });
io.on('connection', (socket) => {
  met(socket.conn.transport.socket);
  socket.on('echo', (...args) => args.pop()(...args));
  socket.on('join', (room, done) => {
    socket.join(room);
    done();
  });
  socket.on('all', (...args) => io.emit('all', ...args));
  socket.on('room', (room, ...args) => io.to(room).emit('room', ...args));
  socket.on('volatile', () => socket.volatile.emit('volatile', 1));
  socket.on('bye', () => socket.disconnect(true));
});
http.listen(0, '127.0.0.1', () => listening(http));
