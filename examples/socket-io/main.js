// `npm run example -- socket-io`: starts Redis and two processes of the chat that share their rooms.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Keeper } from '../support/keeper.js';
import { run } from '../support/process.js';
import { freePort } from '../support/programs.js';
import { assertFree, integerFrom, SettingError } from '../support/settings.js';

function startRedis(folder, port) {
  const options = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    // Acknowledged data is on disk, so it survives a killed Redis.
    appendonly: 'yes',
    appendfsync: 'always',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  return spawn('redis-server', args, { stdio: 'ignore' });
}

function startServer(env) {
  const server = fileURLToPath(new URL('server.js', import.meta.url));
  return spawn(process.execPath, [server], {
    env: { ...process.env, ...env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
}

/** The servers' ports: from PORTS, or two free ones. */
async function findPorts() {
  const { PORTS = '0,0' } = process.env;
  const ports = [];
  for (const text of PORTS.split(',')) {
    const port = integerFrom('PORTS', text, 0, 65_535) || (await freePort());
    if (ports.includes(port))
      throw new SettingError(`PORTS must not repeat a port, got ${port} twice`);
    await assertFree(port, 'PORTS');
    ports.push(port);
  }
  return ports;
}

run(async () => {
  const ports = await findPorts();
  const peers = ports.map((port) => `http://127.0.0.1:${port}/`);
  const redisPort = await freePort();
  const REDIS = process.env.REDIS || `redis://127.0.0.1:${redisPort}`;
  const folder = mkdtempSync(join(tmpdir(), 'wsimd-socket-io-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

  const keeper = new Keeper();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => keeper.stop());
  try {
    if (!process.env.REDIS) await keeper.keep('Redis', () => startRedis(folder, redisPort));
    for (const [index, port] of ports.entries()) {
      const name = `Server ${index + 1}`;
      const env = { NAME: name, PORT: `${port}`, REDIS, PEERS: JSON.stringify(peers) };
      await keeper.keep(name, () => startServer(env));
    }
  } catch (error) {
    console.error(`Cannot start: ${error.message}`);
    process.exitCode = 1;
    await keeper.stop();
  }
});
