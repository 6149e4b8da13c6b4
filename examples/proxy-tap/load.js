// The tap's CPU overhead, relative to the same proxy without it: echoes through each proxy in turn, in rounds in random
// order; medians. An overhead above 5 % is bold.
//
//   node examples/proxy-tap/load.js [--rounds 15] [--sizes 64,16384,1048576] > figures.md

import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WebSocket, WebSocketServer } from 'wsimd/ws';
import { median } from '../support/medians.js';
import { run } from '../support/process.js';
import { readSettings, SettingError } from '../support/settings.js';
import { measureTap } from './tap-alone.js';

const CONTENDERS = [
  { name: 'without the tap', flags: ['--no-tap'] },
  { name: 'with the tap', flags: [] },
  { name: 'with the tap, a page open', flags: [], isWatched: true },
  { name: 'with the tap, `--check`', flags: ['--check'] },
];

const CONNECTIONS = 16;
/** Messages in flight per connection. */
const WINDOW = 1;
/** Bytes and messages per round, whichever is reached first. */
const ROUND_BYTES = 64 << 20;
const ROUND_MESSAGES = 40_000;

const self = fileURLToPath(import.meta.url);

/** The server behind the proxies, in its own process. */
function echo() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () =>
    process.send(server.address().port),
  );
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  process.on('disconnect', () => process.exit());
}

/** Starts a proxy as a program, with its clients. */
async function startProxy({ name, flags, isWatched }, upstream) {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const where = ['--port', '0', '--page-port', '0', '--upstream', `127.0.0.1:${upstream}`];
  const child = spawn(process.execPath, [main, ...where, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const [port, page] = [await lines.next(), await lines.next()].map(
    ({ value }) => /:(\d+)\//.exec(value)[1],
  );
  if (isWatched) await once(new WebSocket(`ws://127.0.0.1:${page}/events`), 'open');
  const sockets = Array.from(
    { length: CONNECTIONS },
    () => new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false }),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  const cpu = async () => {
    const { user, system } = (await (await fetch(`http://127.0.0.1:${page}/status`)).json()).cpu;
    return user + system;
  };
  return { name, child, sockets, cpu };
}

/** Sends `count` messages on a connection and awaits their echoes. */
function exchange(socket, message, count) {
  return new Promise((resolve) => {
    let sent = 0;
    let got = 0;
    const send = () => {
      if (sent++ < count) socket.send(message);
    };
    socket.on('message', function onEcho() {
      send();
      if (++got < count) return;
      socket.off('message', onEcho);
      resolve();
    });
    for (let i = 0; i < WINDOW; i++) send();
  });
}

/** Microseconds of the proxy's CPU per message round trip. */
async function measure({ sockets, cpu }, size) {
  const message = Buffer.alloc(size, 'payload');
  const count = Math.ceil(Math.min(ROUND_MESSAGES, ROUND_BYTES / size) / CONNECTIONS);
  const before = await cpu();
  await Promise.all(sockets.map((socket) => exchange(socket, message, count)));
  return ((await cpu()) - before) / (count * CONNECTIONS);
}

function print(size, taken) {
  console.log(
    `\n| messages of ${size.toLocaleString('en')} bytes | proxy CPU per round trip | overhead |`,
  );
  console.log('|---|---|---|');
  CONTENDERS.forEach(({ name }, index) => {
    const more = 100 * (median(taken[index].map((time, round) => time / taken[0][round])) - 1);
    const text = `${more.toFixed(1)} %`;
    const shown = index === 0 ? '' : more > 5 ? `**${text}**` : text;
    console.log(`| ${name} | ${median(taken[index]).toFixed(2)} µs | ${shown} |`);
  });
}

/** Measures the tap alone, without a proxy. */
function printAlone(sizes, rounds) {
  console.log('\n| the tap alone, per round trip | headers only | `--check` |\n|---|---|---|');
  for (const size of sizes) {
    for (const check of [false, true]) measureTap(size, check);
    const taken = [false, true].map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const check of [false, true]) taken[Number(check)].push(measureTap(size, check));
    }
    const [headers, all] = taken.map((times) => `${median(times).toFixed(2)} µs`);
    console.log(`| messages of ${size.toLocaleString('en')} bytes | ${headers} | ${all} |`);
  }
}

async function compare({ rounds, sizes: list }) {
  const sizes = list.split(',').map(Number);
  if (!sizes.every((size) => size >= 1 && size <= 1 << 26)) {
    throw new SettingError(
      `--sizes must be numbers from 1 to ${1 << 26} like 64,16384, got "${list}"`,
    );
  }
  const server = fork(self, ['echo']);
  const [upstream] = await once(server, 'message');
  const proxies = [];
  try {
    for (const contender of CONTENDERS) proxies.push(await startProxy(contender, upstream));
    console.log(`Node ${process.version}, ${cpus()[0].model}; medians of ${rounds} rounds`);
    for (const size of sizes) {
      const taken = CONTENDERS.map(() => []);
      for (const proxy of proxies) await measure(proxy, size);
      for (let round = 1; round <= rounds; round++) {
        process.stderr.write(`${size} bytes, round ${round} of ${rounds}\n`);
        const order = proxies.map((proxy, index) => ({ proxy, index, by: Math.random() }));
        for (const { proxy, index } of order.sort((one, other) => one.by - other.by)) {
          taken[index].push(await measure(proxy, size));
        }
      }
      print(size, taken);
    }
  } finally {
    for (const { child } of proxies) child.kill('SIGKILL');
    server.disconnect();
  }
  printAlone(sizes, rounds);
  process.exit();
}

if (process.argv[2] === 'echo') echo();
else {
  run(() =>
    compare(
      readSettings({
        rounds: { fallback: 15, least: 1, most: 1000 },
        sizes: { fallback: '64,16384,1048576' },
      }),
    ),
  );
}
