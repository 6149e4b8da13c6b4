// `node load.js [--rounds N] [--seconds N]`: server CPU per message of Socket.IO, with the `wsEngine` of wsimd, with stock
// ws, and with ws + bufferutil. All servers run at once and are measured in turn.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { interleave, median, ratio, row } from '../support/medians.js';
import { run } from '../support/process.js';
import { readSettings } from '../support/settings.js';

const SCENES = [
  { name: 'echo, 16 B text, 4 clients', clients: 4, data: 'x'.repeat(16), inFlight: 100 },
  { name: 'echo, 1 KiB text, 4 clients', clients: 4, data: 'x'.repeat(1024), inFlight: 100 },
  { name: 'echo, 1 KiB binary, 4 clients', clients: 4, data: Buffer.alloc(1024), inFlight: 100 },
  { name: 'echo, 64 KiB binary, 4 clients', clients: 4, data: Buffer.alloc(65_536), inFlight: 4 },
  {
    name: 'echo, 16 B text, one at a time, 50 clients',
    clients: 50,
    data: 'x'.repeat(16),
    inFlight: 1,
  },
  {
    name: 'broadcast to a room of 50, 64 B text',
    clients: 50,
    data: 'x'.repeat(64),
    inFlight: 10,
    toRoom: true,
  },
];

/** The server: echoes a message to its sender or to the room, and reports its CPU time. */
async function serve(wsEngine) {
  const { Server } = await import('socket.io');
  const http = createServer().listen(0, '127.0.0.1');
  const server = new Server(http, { ...(wsEngine && { wsEngine }), serveClient: false });
  server.on('connection', (socket) => {
    socket.join('room');
    socket.on('echo', (data) => socket.emit('message', data));
    socket.on('room', (data) => server.to('room').emit('message', data));
    socket.on('cpu', (done) => done(process.cpuUsage()));
  });
  await once(http, 'listening');
  process.once('disconnect', () => process.exit());
  process.send(http.address().port);
}

/** ws loads bufferutil if it is installed, as in this repository. WS_NO_BUFFER_UTIL prevents that. */
async function startServer(ws, addon) {
  const env = { ...process.env, ...(!addon && { WS_NO_BUFFER_UTIL: '1' }) };
  const child = fork(fileURLToPath(import.meta.url), ['server', ws], { env });
  // A server that exits later also fails the measurement.
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`The server on ${ws} exited.`)),
  );
  const [port] = await Promise.race([once(child, 'message'), ended]);
  return { child, address: `http://127.0.0.1:${port}` };
}

async function connect(address) {
  const socket = io(address, { transports: ['websocket'], forceNew: true });
  await once(socket, 'connect');
  return socket;
}

/** Server CPU in microseconds per message sent, measured for some milliseconds. */
async function measure({ address }, { clients, data, inFlight, toRoom }, milliseconds) {
  const sockets = await Promise.all(Array.from({ length: clients }, () => connect(address)));
  const speakers = toRoom ? sockets.slice(0, 1) : sockets;
  let received = 0;
  let isOver = false;
  for (const socket of sockets) {
    const isSpeaker = speakers.includes(socket);
    socket.on('message', () => {
      received++;
      if (isSpeaker && !isOver) socket.emit(toRoom ? 'room' : 'echo', data);
    });
  }
  for (const socket of speakers) {
    for (let i = 0; i < inFlight; i++) socket.emit(toRoom ? 'room' : 'echo', data);
  }
  const wait = (share) => new Promise((resolve) => setTimeout(resolve, milliseconds * share));
  await wait(0.3);
  const [before, first] = [await sockets[0].emitWithAck('cpu'), received];
  await wait(1);
  const [after, last] = [await sockets[0].emitWithAck('cpu'), received];
  isOver = true;
  for (const socket of sockets) socket.disconnect();
  return (after.user + after.system - before.user - before.system) / (last - first);
}

async function compare(rounds, seconds) {
  const servers = {
    'wsimd, µs': await startServer('wsimd/ws'),
    'ws, µs': await startServer('ws'),
    'ws + bufferutil, µs': await startServer('ws', 'bufferutil'),
  };
  const names = Object.keys(servers);
  const columns = ['message', ...names, 'ws / wsimd', 'ws + bufferutil / wsimd'];
  console.log(row(...columns));
  console.log(row(...columns.map(() => '---')));
  for (const scene of SCENES) {
    const run = (name) => measure(servers[name], scene, seconds * 1000);
    const [ours, ...others] = (await interleave(names, rounds, run)).values();
    const figures = [ours, ...others].map((values) => median(values).toFixed(1));
    console.log(row(scene.name, ...figures, ...others.map((theirs) => ratio(ours, theirs))));
  }
}

if (process.argv[2] === 'server') {
  const ws = process.argv[3];
  await serve(ws === 'ws' ? undefined : (await import(ws)).WebSocketServer);
} else {
  run(async () => {
    const { rounds, seconds } = readSettings({
      rounds: { fallback: 5, least: 1, most: 100 },
      seconds: { fallback: 2, least: 1, most: 60 },
    });
    await compare(rounds, seconds);
    process.exit(); // the servers end with their channel
  });
}
