// Starts Redis, several processes of the chat, and HAProxy in front of them. Without Redis, starts a single process.
// Replaces processes that die.

import cluster from 'node:cluster';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { settingsFrom } from '../chat/settings.js';
import { exitOnFault, onSignal } from '../support/process.js';
import { assertFree, numberFrom } from '../support/settings.js';
import { freePort, startBalancer, startRedis } from './services.js';

/** The exit status of a process with an invalid setting. Restarting it would not help. */
const FATAL = 2;
const PAUSE_MS = 200;

exitOnFault();
let isEnding = false;
const { host, port, hosts } = settingsFrom(process.env);
const count = numberFrom(process.env, 'WORKERS', availableParallelism(), 1, 64);
const behind = await freePort();
const services = startServices();
onSignal(() => end(0));

const { redis, balancer } = await services;
const redisUrl = redis?.url ?? process.env.REDIS_URL ?? 'none';
const isShared = redisUrl !== 'none';
if (!isShared) console.log('No Redis: running one process, with all messages in memory.');
if (!balancer) console.log('No haproxy: the processes share the port.');
await startProcesses(isShared ? count : 1);
const pids = Object.values(cluster.workers).map((worker) => worker.process.pid);
console.log(`Processes: ${pids.join(', ')}; Redis: ${redisUrl}`);
console.log(`The chat is at http://${host}:${port}/, the calculator at /reckon.html`);

async function startServices() {
  await assertFree(port, 'PORT', host);
  const redis = process.env.REDIS_URL ? null : await startRedis(await freePort());
  redis?.program.child.on('exit', (code, signal) => {
    if (isEnding) return;
    const lastLines = redis.program.output.trim().split('\n').slice(-3).join('\n');
    console.error(
      `Redis exited with ${signal ?? code}; the chat continues without it:\n${lastLines}`,
    );
  });
  const balancer = await startBalancer(host, port, [`127.0.0.1:${behind}`]);
  balancer?.child.on('exit', (code, signal) => {
    if (isEnding) return;
    console.error(`HAProxy exited with ${signal ?? code}: shutting down.`);
    end(1);
  });
  return { redis, balancer };
}

async function startProcesses(number) {
  cluster.setupPrimary({ exec: fileURLToPath(new URL('worker.js', import.meta.url)) });
  const address = balancer === null ? { PORT: port } : { PORT: behind, HOST: '127.0.0.1' };
  const fork = () =>
    isEnding || cluster.fork({ ...address, HOSTS: hosts.join(','), REDIS_URL: redisUrl });
  cluster.on('exit', ({ process: { pid } }, code, signal) => {
    if (isEnding) return;
    if (code === FATAL) return end(FATAL);
    console.error(`process ${pid} exited with ${signal ?? code}: starting a replacement`);
    setTimeout(fork, PAUSE_MS);
  });
  await Promise.all(Array.from({ length: number }, () => once(fork(), 'listening')));
}

async function end(code) {
  isEnding = true;
  // A worker that has just died may still be listed, and will not emit 'exit' again.
  const living = Object.values(cluster.workers).filter((worker) => !worker.isDead());
  for (const worker of living) worker.process.kill('SIGTERM');
  await Promise.all(living.map((worker) => once(worker, 'exit')));
  const { redis, balancer } = await services;
  await balancer?.stop();
  await redis?.stop();
  process.exit(code);
}
