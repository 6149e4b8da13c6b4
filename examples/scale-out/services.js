// The servers this example needs beside its own, where they are installed: Redis and HAProxy.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, start } from '../support/programs.js';

/** Where a program is, on the PATH or where Debian has it. */
function find(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Programs of their own process group: Ctrl-C is for the chat, which ends them when it has taken leave. */
const APART = { detached: true };

/** Nothing stays behind, however this process ends. */
function endWithUs({ child }) {
  const end = () => child.kill();
  process.on('exit', end);
  child.once('exit', () => process.off('exit', end));
}

/**
 * A Redis that has a message on disk before it says so, in a folder of its own that goes with it; null where
 * there is none on this machine.
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

/** The same in a folder that stays. */
export async function runRedis(port, folder) {
  const command = find('redis-server');
  if (command === undefined) return null;
  const flags = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', 'always'],
  ];
  const program = await start(command, flags, { ready: /Ready to accept connections/, ...APART });
  endWithUs(program);
  return program;
}

/** What a balancer has to know of WebSockets: long silences are well, and a server that ends says so. */
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

/** HAProxy before these processes; null where there is none on this machine. */
export async function startBalancer(host, port, workers) {
  const command = find('haproxy');
  if (command === undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), 'chat-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, config(host, port, workers));
  const ready = /Loading success|New worker/;
  const program = await start(command, ['-W', '-db', '-f', file], { ready, ...APART });
  rmSync(folder, { recursive: true });
  endWithUs(program);
  return program;
}

export { freePort };
