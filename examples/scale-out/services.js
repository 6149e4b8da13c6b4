// Starts Redis and HAProxy, if they are installed.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, start } from '../support/programs.js';

/** Finds a program on the PATH or in Debian's folders. */
function find(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Own process group: Ctrl-C goes to the chat only, which stops these programs at the end of its shutdown. */
const DETACHED = { detached: true };

/** Kills the program when this process exits, for whatever reason. */
function killOnExit({ child }) {
  const end = () => child.kill();
  process.on('exit', end);
  child.once('exit', () => process.off('exit', end));
}

/**
 * Starts a Redis that syncs to disk before it replies, in a temporary folder. Returns null if Redis is not installed.
 */
export async function startRedis(port) {
  const folder = mkdtempSync(join(tmpdir(), 'chat-redis-'));
  const program = await runRedis(port, folder);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  if (program === null) return null;
  const stop = async () => {
    await program.stop();
    remove();
    process.off('exit', remove);
  };
  return { program, url: `redis://127.0.0.1:${port}`, stop };
}

/** The same in a given folder, which is kept. */
export async function runRedis(port, folder) {
  const command = find('redis-server');
  if (command === undefined) return null;
  const flags = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', 'always'],
  ];
  const program = await start(command, flags, {
    ready: /Ready to accept connections/,
    ...DETACHED,
  });
  killOnExit(program);
  return program;
}

/** WebSocket connections may be idle for long (`timeout tunnel`), and a closing server fails its health check. */
const config = (host, port, workers) => `
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  option redispatch
  retries 3
frontend people
  bind ${host}:${port}
  maxconn 60000
  default_backend chat
backend chat
  balance leastconn
  option httpchk GET /health
  default-server check inter 500ms fall 2 rise 1
${workers.map((worker, i) => `  server chat${i} ${worker}`).join('\n')}
`;

/** Starts HAProxy in front of `workers`. Returns null if it is not installed. */
export async function startBalancer(host, port, workers) {
  const command = find('haproxy');
  if (command === undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), 'chat-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, config(host, port, workers));
  const ready = /Loading success|New worker/;
  const program = await start(command, ['-W', '-db', '-f', file], { ready, ...DETACHED });
  rmSync(folder, { recursive: true });
  killOnExit(program);
  return program;
}

export { freePort };
