// `node load.js`: what a message costs a Socket.IO server, with `wsEngine` of wsimd and without. Both servers are up
// at once and take turns. `--rounds N` and `--seconds N` say how long.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { interleave, median, ratio, row } from '../support/medians.js';
import { run } from '../support/process.js';
import { readSettings } from '../support/settings.js';

const SCENES = [
  { name: 'echo, 16 B of text, 4 clients', clients: 4, data: 'x'.repeat(16), underWay: 100 },
  { name: 'echo, 1 KiB of text, 4 clients', clients: 4, data: 'x'.repeat(1024), underWay: 100 },
  { name: 'echo, 1 KiB of bytes, 4 clients', clients: 4, data: Buffer.alloc(1024), underWay: 100 },
  { name: 'echo, 64 KiB of bytes, 4 clients', clients: 4, data: Buffer.alloc(65_536), underWay: 4 },
  {
    name: 'echo, 16 B of text, one at a time, 50 clients',
    clients: 50,
    data: 'x'.repeat(16),
    underWay: 1,
  },
  {
    name: 'to a room of 50, 64 B of text',
    clients: 50,
    data: 'x'.repeat(64),
    underWay: 10,
    toRoom: true,
  },
];

/** The server: it gives back what it gets, to one or to all, and tells what CPU it has had. */
async function serve(wsEngine) {
  const { Server } = await import('socket.io');
  const http = createServer().listen(0, '127.0.0.1');
  const server = new Server(http, { ...(wsEngine && { wsEngine }), serveClient: false });
  server.on('connection', (socket) => {
    socket.join('room');
    socket.on('echo', (data) => socket.emit('said', data));
    socket.on('room', (data) => server.to('room').emit('said', data));
    socket.on('cpu', (done) => done(process.cpuUsage()));
  });
  await once(http, 'listening');
  process.once('disconnect', () => process.exit());
  process.send(http.address().port);
}

/** ws takes up bufferutil wherever it finds it, as it does in this repository. */
async function startServer(ws, addon) {
  const env = { ...process.env, ...(!addon && { WS_NO_BUFFER_UTIL: '1' }) };
  const child = fork(fileURLToPath(import.meta.url), ['server', ws], { env });
  // Also later: nobody waits for a server that is gone.
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`The server on ${ws} ended.`)),
  );
  const [port] = await Promise.race([once(child, 'message'), ended]);
  return { child, address: `http://127.0.0.1:${port}` };
}

async function connect(address) {
  const socket = io(address, { transports: ['websocket'], forceNew: true });
  await once(socket, 'connect');
  return socket;
}

/** Microseconds of CPU the server has for a message it sends, over some milliseconds. */
async function measure({ address }, { clients, data, underWay, toRoom }, milliseconds) {
  const sockets = await Promise.all(Array.from({ length: clients }, () => connect(address)));
  const speakers = toRoom ? sockets.slice(0, 1) : sockets;
  let heard = 0;
  let isOver = false;
  for (const socket of sockets) {
    const isSpeaker = speakers.includes(socket);
    socket.on('said', () => {
      heard++;
      if (isSpeaker && !isOver) socket.emit(toRoom ? 'room' : 'echo', data);
    });
  }
  for (const socket of speakers) {
    for (let i = 0; i < underWay; i++) socket.emit(toRoom ? 'room' : 'echo', data);
  }
  const wait = (share) => new Promise((resolve) => setTimeout(resolve, milliseconds * share));
  await wait(0.3);
  const [before, first] = [await sockets[0].emitWithAck('cpu'), heard];
  await wait(1);
  const [after, last] = [await sockets[0].emitWithAck('cpu'), heard];
  isOver = true;
  for (const socket of sockets) socket.disconnect();
  return (after.user + after.system - before.user - before.system) / (last - first);
}

async function compare(rounds, seconds) {
  const servers = {
    'wsEngine of wsimd, µs': await startServer('wsimd/ws'),
    'as it is, µs': await startServer('ws'),
    'with bufferutil, µs': await startServer('ws', 'bufferutil'),
  };
  const names = Object.keys(servers);
  const columns = ['a message of', ...names, 'as it is / wsimd', 'with bufferutil / wsimd'];
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
