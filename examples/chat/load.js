// Broadcast latency and server CPU with many people in one room, with wsimd/ws and with stock ws.
// `node load.js [--people 2000] [--messages 40] [--rounds 3]`

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'wsimd/ws';
import { interleave, median } from '../support/medians.js';
import { exitOnFault } from '../support/process.js';
import { freePort, start, until } from '../support/programs.js';
import { readSettings } from '../support/settings.js';

// Keeps ws from loading the bufferutil installed in this repository.
process.env.WS_NO_BUFFER_UTIL = '1';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
/** Milliseconds between two messages. */
const PAUSE_MS = 250;
/** Connections per listening process. */
const SHARE = 1000;

exitOnFault();
const { people, messages, rounds, listenTo } = readSettings({
  people: { fallback: 2000, least: 1, most: 10_000 },
  messages: { fallback: 40, least: 1, most: 10_000 },
  rounds: { fallback: 3, least: 1, most: 100 },
  listenTo: { fallback: '' },
});

/** Runs in its own process: joins with its share of connections and reports every message's delay. */
async function listen(url) {
  const delays = [];
  let joined = 0;
  for (let i = 0; i < people; i++) {
    const socket = new WebSocket(url, ['chat.v2'], { perMessageDeflate: false });
    socket.on('message', (data) => {
      const { type, text } = JSON.parse(data);
      if (type === 'joined') joined++;
      if (type === 'message')
        delays.push(performance.timeOrigin + performance.now() - Number(text));
    });
    await once(socket, 'open');
    socket.send(
      JSON.stringify({ type: 'hello', name: `${i}`, key: `a-listener-${process.pid}-${i}` }),
    );
    socket.send('{"type":"join","room":"load"}');
  }
  await until(() => joined === people, 'everyone to join', 60_000);
  process.send('ready');
  await until(() => delays.length === people * messages, 'all deliveries', 60_000);
  process.send(delays, () => process.exit());
}

/** One round with one engine: `{ p50, p99, cpu }`, in ms and in ms of CPU per broadcast. */
async function measure(engine) {
  const port = await freePort();
  const server = await start(process.execPath, [MAIN], {
    ready: /is at/,
    env: { PATH: process.env.PATH, PORT: `${port}`, ENGINE: engine },
  });
  const url = `ws://127.0.0.1:${port}/chat`;
  const listeners = Array.from({ length: Math.ceil(people / SHARE) }, (_, i) => {
    const share = Math.min(SHARE, people - i * SHARE);
    const flags = ['--listenTo', url, '--people', `${share}`, '--messages', `${messages}`];
    return spawn(process.execPath, [fileURLToPath(import.meta.url), ...flags], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
  });
  try {
    await Promise.all(listeners.map((listener) => once(listener, 'message')));
    // Lets the last presence updates go out.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const deliveries = listeners.map((listener) => once(listener, 'message'));
    const before = await cpuOf(port);
    await speak(url);
    const delays = (await Promise.all(deliveries)).flat(2).sort((a, b) => a - b);
    const cpu = (await cpuOf(port)) - before;
    const at = (part) => delays[Math.floor(delays.length * part)];
    return { p50: at(0.5), p99: at(0.99), cpu: cpu / 1000 / messages };
  } finally {
    for (const listener of listeners) listener.kill();
    await server.stop();
  }
}

async function speak(url) {
  const socket = new WebSocket(url, ['chat.v2']);
  await once(socket, 'open');
  socket.send('{"type":"hello","name":"speaker","key":"the-one-who-speaks"}');
  socket.send('{"type":"join","room":"load"}');
  for (let n = 1; n <= messages; n++) {
    const text = `${performance.timeOrigin + performance.now()}`;
    socket.send(JSON.stringify({ type: 'say', room: 'load', n, text }));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  socket.close();
}

async function cpuOf(port) {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  return (await response.json()).cpu;
}

/** A row of the table. A loss for wsimd is bold. */
function row(name, key, results) {
  const [ours, theirs] = ['wsimd', 'ws'].map((engine) =>
    median(results.get(engine).map((one) => one[key])),
  );
  const shown = ours > theirs ? `**${ours.toFixed(1)}**` : ours.toFixed(1);
  return `| ${name} | ${shown} | ${theirs.toFixed(1)} | ${(theirs / ours).toFixed(2)} |`;
}

if (listenTo !== '') await listen(listenTo);
else {
  const results = await interleave(['wsimd', 'ws'], rounds, measure);
  console.log(`${people} people in one room, ${messages} messages, medians of ${rounds} rounds\n`);
  console.log('| ms | wsimd/ws | ws | ratio |\n|---|---|---|---|');
  console.log(row('time until half of the people have a message (p50)', 'p50', results));
  console.log(row('time until 99 % of them have it (p99)', 'p99', results));
  console.log(row('server CPU per broadcast message', 'cpu', results));
}
