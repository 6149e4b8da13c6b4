// Those who build on ws, with the real packages: what is said must be the same with ws as it is and with
// the codec under it, at either end, put there by their own options or by `--import wsimd/register`.
//
// They have a manifest of their own: `npm run test:ecosystem` installs it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** How a program comes by its ws. */
type Way = 'stock' | 'plugged' | 'registered';

interface Running {
  child: ChildProcess;
  port: Promise<number>;
  ended: Promise<void>;
  said: string[];
  accelerated: Set<string>;
}

function start(program: string, way: Way, ...args: string[]): Running {
  const flags = way === 'registered' ? ['--import', 'wsimd/register'] : [];
  const child = spawn(process.execPath, [...flags, `programs/${program}.mjs`, ...args], {
    cwd: folder,
    env: { ...process.env, PLUG: way === 'plugged' ? '1' : '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  const accelerated = new Set<string>();
  let tellPort: (port: number) => void = () => {};
  const port = new Promise<number>((resolve) => {
    tellPort = resolve;
  });
  createInterface(child.stdout as NodeJS.ReadableStream).on('line', (line) => {
    const [what, value] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
    if (what === 'port') tellPort(Number(value));
    else if (what === 'said') said.push(value);
    else if (what === 'accelerated') accelerated.add(value);
  });
  const ended = once(child, 'close').then(() => {});
  return { child, port, ended, said, accelerated };
}

interface Talk {
  said: string[];
  server: string[];
  client: string[];
}

/** A client talks to a server. */
async function talk(server: Running, program: string, way: Way, port: number): Promise<Talk> {
  const client = start(program, way, String(port));
  const timer = setTimeout(() => client.child.kill('SIGKILL'), 30_000);
  await client.ended;
  clearTimeout(timer);
  return { said: client.said, server: [...server.accelerated], client: [...client.accelerated] };
}

async function converse(pair: Pair, serverWay: Way, clientWay: Way): Promise<Talk> {
  const server = start(pair.server, serverWay);
  try {
    const failed = server.ended.then(() => Promise.reject(new Error(`${pair.server} ended`)));
    const port = await Promise.race([server.port, failed]);
    failed.catch(() => {});
    return await talk(server, pair.client, clientWay, port);
  } finally {
    server.child.kill();
    await server.ended;
  }
}

interface Pair {
  server: string;
  client: string;
  /** Ways that do not reach the copy of ws in use, and why. */
  unreached?: Partial<Record<Way, string>>;
}

const PAIRS: Record<string, Pair> = {
  'Socket.IO': { server: 'socket.io-server', client: 'socket.io-client' },
  'graphql-ws': { server: 'graphql-ws-server', client: 'graphql-ws-client' },
  'y-websocket': { server: 'y-websocket-server', client: 'y-websocket-client' },
  '@fastify/websocket': { server: 'fastify-server', client: 'echo-client' },
  'Nest’s WsAdapter': { server: 'nest-server', client: 'echo-client' },
  'http-proxy': { server: 'http-proxy-server', client: 'echo-client' },
  crossws: {
    server: 'crossws-server',
    client: 'echo-client',
    unreached: { registered: 'its copy is bundled' },
  },
};

const COMBINATIONS: readonly [Way, Way][] = [
  ['plugged', 'stock'],
  ['registered', 'stock'],
  ['stock', 'plugged'],
  ['stock', 'registered'],
  ['plugged', 'plugged'],
  ['registered', 'registered'],
];

describe.each(Object.entries(PAIRS))('%s', (_name, pair) => {
  const reached = (way: Way): string[] => [
    String(way !== 'stock' && pair.unreached?.[way] === undefined),
  ];
  let expected: string[];

  it('talks', async () => {
    const stock = await converse(pair, 'stock', 'stock');
    expect(stock.said.length).toBeGreaterThan(0);
    expect([stock.server, stock.client]).toEqual([['false'], ['false']]);
    expected = stock.said;
  });

  it.each(COMBINATIONS)('says the same, server %s, client %s', async (server, client) => {
    const heard = await converse(pair, server, client);
    expect(heard.said).toEqual(expected);
    expect(heard.server).toEqual(reached(server));
    expect(heard.client).toEqual([String(client !== 'stock')]);
  });
});

async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(probes.map((probe) => once(probe, 'listening')));
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  for (const probe of probes) probe.close();
  return ports;
}

/** A mosquitto that listens for WebSockets. */
async function withMosquitto(use: (port: number) => Promise<void>): Promise<void> {
  // Without a plain listener beside it, mosquitto 2.0 takes a listener of WebSockets for none.
  const [plain, port] = await freePorts(2);
  const home = mkdtempSync(join(tmpdir(), 'wsimd-mosquitto-'));
  const listeners = `listener ${plain} 127.0.0.1\nlistener ${port} 127.0.0.1\nprotocol websockets\n`;
  const config = `${listeners}allow_anonymous true\nuser root\n`;
  writeFileSync(join(home, 'mosquitto.conf'), config);
  const broker = spawn(MOSQUITTO, ['-c', join(home, 'mosquitto.conf'), '-v'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    for await (const line of createInterface(broker.stderr)) if (/running/.test(line)) break;
    await use(port);
  } finally {
    broker.kill();
    rmSync(home, { recursive: true });
  }
}

const MOSQUITTO =
  ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync) ?? 'mosquitto';

describe('MQTT.js, through mosquitto', () => {
  it('says the same, stock, plugged and registered', async () => {
    await withMosquitto(async (port) => {
      const nobody = { accelerated: new Set<string>() } as Running;
      const [stock, plugged, registered] = [
        await talk(nobody, 'mqtt-client', 'stock', port),
        await talk(nobody, 'mqtt-client', 'plugged', port),
        await talk(nobody, 'mqtt-client', 'registered', port),
      ];
      expect(stock.said.length).toBe(4);
      expect(plugged.said).toEqual(stock.said);
      expect(registered.said).toEqual(stock.said);
      expect([stock.client, plugged.client, registered.client]).toEqual([
        ['false'],
        ['true'],
        ['true'],
      ]);
    });
  });
});
