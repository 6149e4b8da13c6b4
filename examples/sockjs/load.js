// `node load.js [--rounds N] [--seconds N]`: server CPU per echoed line with wsimd/ws, ws, stock faye-websocket, and
// faye-websocket with wsimd's masking. All servers run at once and are measured in turn.

import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { unmask } from 'wsimd/bufferutil';
import { WebSocket } from 'wsimd/ws';
import { interleave, median, ratio, row } from '../support/medians.js';
import { run } from '../support/process.js';
import { readSettings } from '../support/settings.js';
import { fayeWebSocketOn } from './faye-websocket.js';
import { loadSockJS } from './plug.js';

const KINDS = ['wsimd/ws', 'ws', 'faye-websocket', 'faye-websocket, wsimd masking'];
const CLIENTS = 4;
const SCENES = [
  ['16 B', 16, 100],
  ['1 KiB', 1024, 100],
  ['16 KiB', 16_384, 10],
  ['256 KiB', 262_144, 2],
];

/** websocket-driver calls its internal `mask` by name. Any version may remove it. */
function replaceMasking() {
  const sockjs = createRequire(createRequire(import.meta.url).resolve('sockjs'));
  const driver = createRequire(sockjs.resolve('faye-websocket'));
  const hybi = driver('websocket-driver/lib/websocket/driver/hybi');
  const stock = hybi.mask;
  hybi.mask = (payload, mask, offset) => {
    if (offset || !mask?.length) return stock(payload, mask, offset);
    unmask(payload, mask);
    return payload;
  };
}

async function serve(kind) {
  if (kind === 'faye-websocket, wsimd masking') replaceMasking();
  const isPlugged = kind === 'wsimd/ws' || kind === 'ws';
  const sockjs = loadSockJS(isPlugged ? fayeWebSocketOn(await import(kind)) : undefined);
  const http = createServer().listen(0, '127.0.0.1');
  const server = sockjs.createServer({ log() {} });
  server.on('connection', (connection) => {
    connection.on('data', (line) => connection.write(line));
  });
  server.installHandlers(http, { prefix: '/board' });
  await once(http, 'listening');
  process.on('message', () => process.send(process.cpuUsage()));
  process.once('disconnect', () => process.exit());
  process.send(http.address().port);
}

/** WS_NO_BUFFER_UTIL keeps ws from loading the bufferutil installed in this repository. */
async function startServer(kind) {
  const env = { ...process.env, WS_NO_BUFFER_UTIL: '1' };
  const child = fork(fileURLToPath(import.meta.url), ['server', kind], { env });
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`The server with ${kind} exited.`)),
  );
  const [port] = await Promise.race([once(child, 'message'), ended]);
  const cpu = async () => {
    child.send('cpu');
    const [{ user, system }] = await once(child, 'message');
    return user + system;
  };
  return { address: `ws://127.0.0.1:${port}/board/000`, cpu };
}

/** A client with SockJS framing: sends lines in a JSON array, receives `a[…]`. */
async function connect(address, line, inFlight, received) {
  const socket = new WebSocket(`${address}/${randomUUID()}/websocket`);
  await once(socket, 'open');
  const frame = JSON.stringify([line]);
  socket.on('message', (data) => {
    if (data[0] !== 0x61) return; // 'o' or 'h'
    received.count++;
    socket.send(frame);
  });
  for (let i = 0; i < inFlight; i++) socket.send(frame);
  return socket;
}

/** Server CPU in microseconds per echoed line, measured for some milliseconds. */
async function measure({ address, cpu }, [, bytes, inFlight], milliseconds) {
  const received = { count: 0 };
  const line = 'x'.repeat(bytes);
  const sockets = await Promise.all(
    Array.from({ length: CLIENTS }, () => connect(address, line, inFlight, received)),
  );
  const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
  await wait(milliseconds * 0.3);
  const [before, first] = [await cpu(), received.count];
  await wait(milliseconds);
  const [after, last] = [await cpu(), received.count];
  for (const socket of sockets) socket.terminate();
  return (after - before) / (last - first);
}

async function compare(rounds, seconds) {
  const servers = new Map();
  for (const kind of KINDS) servers.set(kind, await startServer(kind));
  const columns = KINDS.slice(1).map((kind) => `${kind} / wsimd`);
  console.log(row('line', ...KINDS.map((kind) => `${kind}, µs`), ...columns));
  console.log(row('---', ...KINDS.map(() => '---'), ...columns.map(() => '---')));
  for (const scene of SCENES) {
    const run = (kind) => measure(servers.get(kind), scene, seconds * 1000);
    const [ours, ...others] = (await interleave(KINDS, rounds, run)).values();
    const figures = [ours, ...others].map((values) => median(values).toFixed(1));
    console.log(row(scene[0], ...figures, ...others.map((theirs) => ratio(ours, theirs))));
  }
}

if (process.argv[2] === 'server') {
  await serve(process.argv[3]);
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
