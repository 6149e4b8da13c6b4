// `npm run example -- socket-io`: Redis, and two processes of the chat that share its rooms.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Keeper } from '../support/keeper.js';
import { freePort } from '../support/programs.js';

const { REDIS, PORTS = `${await freePort()},${await freePort()}` } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'wsimd-socket-io-'));
const keeper = new Keeper();
const redisPort = await freePort();
const peers = PORTS.split(',').map((port) => `http://127.0.0.1:${port}/`);

function startRedis() {
  const options = {
    port: redisPort,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    // What is acknowledged is on disk, also when Redis is killed.
    appendonly: 'yes',
    appendfsync: 'always',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  return spawn('redis-server', args, { stdio: 'ignore' });
}

function startServer(name, port) {
  const redis = REDIS ?? `redis://127.0.0.1:${redisPort}`;
  const env = {
    ...process.env,
    NAME: name,
    PORT: port,
    REDIS: redis,
    PEERS: JSON.stringify(peers),
  };
  const server = fileURLToPath(new URL('server.js', import.meta.url));
  return spawn(process.execPath, [server], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
}

async function stop() {
  await keeper.stop();
  rmSync(folder, { recursive: true, force: true });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);

try {
  if (!REDIS) await keeper.keep('Redis', startRedis);
  for (const [index, port] of PORTS.split(',').entries()) {
    const name = `Server ${index + 1}`;
    await keeper.keep(name, () => startServer(name, port));
  }
} catch (error) {
  console.error(`This cannot be started: ${error.message}`);
  process.exitCode = 1;
  await stop();
}
