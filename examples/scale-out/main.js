// Starts Redis, several processes of the chat and HAProxy before them; where Redis is not installed, one process
// that needs none. A process that dies is replaced.

import cluster from 'node:cluster';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { exitOnFault, onSignal } from '../chat/process.js';
import { number, settingsFrom } from '../chat/settings.js';
import { assertFree, freePort, startBalancer, startRedis } from './services.js';

exitOnFault();
const { host, port } = settingsFrom(process.env);
const workers = number(process.env, 'WORKERS', availableParallelism(), 1, 64);
const FATAL = 2;
const PAUSE_MS = 200;

await assertFree(host, port);
const redis = process.env.REDIS_URL ? null : await startRedis(await freePort());
const redisUrl = redis?.url ?? process.env.REDIS_URL ?? 'none';
const isShared = redisUrl !== 'none';
if (!isShared) console.log('Without Redis there is one process, which keeps all in its memory.');
const behind = await freePort();
const balancer = await startBalancer(host, port, [`127.0.0.1:${behind}`]);
if (balancer === null) console.log('There is no haproxy here: the processes are reached without.');

let isEnding = false;
cluster.setupPrimary({ exec: new URL('worker.js', import.meta.url).pathname });
const env = balancer === null ? { PORT: port } : { PORT: behind, HOST: '127.0.0.1' };
const fork = () => cluster.fork({ ...env, REDIS_URL: redisUrl });
const forks = Array.from({ length: isShared ? workers : 1 }, fork);
cluster.on('exit', ({ process: { pid } }, code, signal) => {
  if (isEnding) return;
  if (code === FATAL) end(FATAL);
  console.error(`process ${pid} ended with ${signal ?? code}: another takes its place`);
  setTimeout(() => isEnding || fork(), PAUSE_MS);
});
await Promise.all(forks.map((worker) => once(worker, 'listening')));
const pids = Object.values(cluster.workers).map((worker) => worker.process.pid);
console.log(`The processes are ${pids.join(', ')}; Redis: ${redisUrl}`);
console.log(`The chat is at http://${host}:${port}/ and what a million need at /reckon.html`);

async function end(code) {
  isEnding = true;
  const living = Object.values(cluster.workers);
  for (const worker of living) worker.process.kill('SIGTERM');
  await Promise.all(living.map((worker) => once(worker, 'exit')));
  await balancer?.stop();
  await redis?.stop();
  process.exit(code);
}
onSignal(() => end(0));
