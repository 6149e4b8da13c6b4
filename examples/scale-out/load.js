// Measures messages delivered by 1, 2 and 4 processes through one Redis, with wsimd/ws and with stock ws.
// `node load.js [--people 1000] [--rooms 10] [--seconds 5] [--rounds 3] [--write]`: --write saves the figures for the
// calculator page.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startServer } from '../chat/check-support.js';
import { interleave, median } from '../support/medians.js';
import { exitOnFault } from '../support/process.js';
import { freePort } from '../support/programs.js';
import { readSettings } from '../support/settings.js';
import { startRedis } from './services.js';

// Keeps ws from loading the bufferutil installed in this repository.
process.env.WS_NO_BUFFER_UTIL = '1';

const WORKER = new URL('worker.js', import.meta.url);
const LISTENER = fileURLToPath(new URL('load-listener.js', import.meta.url));
const FIGURES = new URL('page/figures.json', import.meta.url);
const LISTENERS = 2;

exitOnFault();
const { people, rooms, seconds, rounds, write } = readSettings({
  people: { fallback: 1000, least: 1, most: 10_000 },
  rooms: { fallback: 10, least: 1, most: 10_000 },
  seconds: { fallback: 5, least: 1, most: 60 },
  rounds: { fallback: 3, least: 1, most: 100 },
  write: { fallback: false },
});

/** One round: deliveries per second, server CPU per delivery in µs, and server memory per client in bytes. */
async function measure(engine, processes) {
  const redis = await startRedis(await freePort());
  const env = { ENGINE: engine, REDIS_URL: redis.url, RATE: '100000', BURST: '100000' };
  const starting = Array.from({ length: processes }, () => startServer(WORKER, env));
  const servers = await Promise.all(starting);
  const idle = await sumOf(servers, 'memory');
  const listeners = Array.from({ length: LISTENERS }, () =>
    spawn(process.execPath, [LISTENER], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  );
  const ask = (question) =>
    Promise.all(
      listeners.map(async (listener) => {
        listener.send(question);
        return (await once(listener, 'message'))[0];
      }),
    );
  try {
    const urls = servers.map(({ url }) => url);
    await ask({ enter: { urls, people: people / LISTENERS, rooms } });
    await ask({ speak: true });
    await pause(1000);
    const memory = (await sumOf(servers, 'memory')) - idle;
    const [first, cpu] = [total(await ask({ count: true })), await sumOf(servers, 'cpu')];
    const from = performance.now();
    await pause(seconds * 1000);
    const delivered = total(await ask({ count: true })) - first;
    const took = (performance.now() - from) / 1000;
    const spent = (await sumOf(servers, 'cpu')) - cpu;
    return { perSecond: delivered / took, cpu: spent / delivered, memory: memory / people };
  } finally {
    for (const listener of listeners) listener.kill();
    for (const server of servers) await server.stop();
    await redis.stop();
  }
}

async function sumOf(servers, key) {
  const health = async ({ port }) => (await fetch(`http://127.0.0.1:${port}/health`)).json();
  return total((await Promise.all(servers.map(health))).map((one) => one[key]));
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const total = (numbers) => numbers.reduce((sum, one) => sum + one, 0);

async function compare(processes) {
  const run = (engine) => measure(engine, processes);
  const results = await interleave(['wsimd', 'ws'], rounds, run);
  const of = (engine) => {
    const medianOf = (key) => median(results.get(engine).map((one) => one[key]));
    return {
      perSecond: Math.round(medianOf('perSecond')),
      cpu: Number(medianOf('cpu').toFixed(2)),
      memory: Math.round(medianOf('memory')),
    };
  };
  return { processes, wsimd: of('wsimd'), ws: of('ws') };
}

const bold = (isLoss, text) => (isLoss ? `**${text}**` : `${text}`);

const rows = [];
const cores = availableParallelism();
console.log(
  `${people} people in ${rooms} rooms, ${rounds} rounds of ${seconds} s; ${cores} cores for`,
);
console.log('the processes, Redis and the clients together\n');
console.log(
  '| processes | delivered/s: wsimd/ws | ws | ratio | CPU per delivery, µs: wsimd/ws | ws | ratio |',
);
console.log('|---|---|---|---|---|---|---|');
for (const processes of [1, 2, 4]) {
  const row = await compare(processes);
  rows.push(row);
  const { wsimd, ws } = row;
  console.log(
    `| ${processes} | ${bold(wsimd.perSecond < ws.perSecond, wsimd.perSecond)} | ${ws.perSecond} ` +
      `| ${(wsimd.perSecond / ws.perSecond).toFixed(2)} | ${bold(wsimd.cpu > ws.cpu, wsimd.cpu)} ` +
      `| ${ws.cpu} | ${(ws.cpu / wsimd.cpu).toFixed(2)} |`,
  );
}
if (write) {
  const figures = { cores, node: process.version, people, rooms, rows };
  writeFileSync(FIGURES, `${JSON.stringify(figures, null, 2)}\n`);
}
