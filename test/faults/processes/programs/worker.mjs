// A worker thread with a server of wsimd/ws, and clients of the servers of all threads: what is answered is compared,
// byte for byte, with what was asked. The codec encodes and decodes between them.

import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { backend, Decoder, Encoder } from 'wsimd';
import { WebSocket, WebSocketServer } from 'wsimd/ws';

const { id } = workerData;
const SIZES = [0, 7, 126, 1000, 5000, 70_000];

/** What is sent as the `n`th message between two threads, like no other. */
const textOf = (from, to, n) =>
  `${from} to ${to}, ${n}: ${`${from}각${to}`.repeat(SIZES[n % SIZES.length] / 5)}`;

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) =>
    socket.send(isBinary ? Buffer.concat([Buffer.from(`${id}|`), data]) : `${id}|${data}`),
  );
  socket.on('error', () => {});
});

const encoder = new Encoder({ role: 'client' });
const decoder = new Decoder({ role: 'server', delivery: 'string' });

/** One message through the codec of this thread alone, its frame cut in two; whether it is the same. */
function survives(text) {
  const frame = encoder.text(text);
  const cut = frame.length >> 1;
  const events = [...decoder.decode(frame.slice(0, cut)), ...decoder.decode(frame.slice(cut))];
  return events.length === 1 && events[0].data === text;
}

/** Asks the server of the thread `to`, so often; 8 questions are under way at a time. */
async function ask(to, port, count) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const told = { to, right: 0, wrong: 0, code: 0 };
  let next = 0;
  const send = () => {
    if (next === count) return;
    const text = textOf(id, to, next);
    socket.send(next++ % 2 === 1 ? Buffer.from(text) : text);
  };
  socket.on('open', () => {
    for (let i = 0; i < 8; i++) send();
  });
  socket.on('error', () => {});
  socket.on('message', (data, isBinary) => {
    const n = told.right + told.wrong;
    const text = textOf(id, to, n);
    const isRight = data.toString() === `${to}|${text}` && isBinary === (n % 2 === 1);
    if (isRight && survives(text)) told.right++;
    else told.wrong++;
    if (n === 50) parentPort.postMessage({ type: 'under way', to });
    if (n + 1 === count) socket.close(1000);
    else send();
  });
  [told.code] = await once(socket, 'close');
  return told;
}

parentPort.on('message', async ({ ports, counts }) => {
  const told = await Promise.all(ports.map((port, to) => ask(to, port, counts[to])));
  parentPort.postMessage({ type: 'told', told: { id, backend: backend(), told } });
});
await once(server, 'listening');
parentPort.postMessage({ type: 'listening', port: server.address().port });
