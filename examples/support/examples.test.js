// Tests common to all examples, without other servers: Host and Origin checks, and a port in use.

import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, runToEnd, start, until } from './programs.js';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const NOBODY = '127.0.0.1:1';
/** A host name allowed by HOSTS. */
const NAME = 'chat.example';

/**
 * How to start each example on a port, and the path of its WebSocket. `refused` is the status of a rejected
 * upgrade.
 */
const EXAMPLES = {
  chat: { env: (port) => ({ PORT: port, HOSTS: NAME }), path: '/chat', protocol: 'chat.v2' },
  'scale-out': {
    env: (port) => ({ PORT: port, HOSTS: NAME, REDIS_URL: 'none', WORKERS: '1' }),
    ...{ path: '/chat', protocol: 'chat.v2' },
  },
  feed: { args: (port) => ['--port', port], path: '/feed' },
  'proxy-tap': {
    args: (port) => ['--page-port', port, '--port', '0', '--upstream', NOBODY],
    path: '/events',
  },
  sockjs: { env: (port) => ({ PORT: port }), path: '/board/websocket' },
  'socket-io': {
    env: (port) => ({ PORTS: port, REDIS: `redis://${NOBODY}` }),
    path: '/socket.io/?EIO=4&transport=websocket',
    refused: 400, // by Engine.IO
  },
  // The WebSocket is the broker's own and requires a passcode.
  stomp: { env: (port) => ({ PORT: port, BROKER: `ws://${NOBODY}/ws` }) },
};

const mainOf = (name) => fileURLToPath(new URL(`../${name}/main.js`, import.meta.url));

function commandOf(name, port) {
  const { args = () => [], env = () => ({}) } = EXAMPLES[name];
  const options = { env: { PATH: process.env.PATH, ...env(`${port}`) } };
  return [process.execPath, [mainOf(name), ...args(`${port}`)], options];
}

/** The response status; 101 if a WebSocket was opened. */
function statusOf(port, path, headers) {
  const request = get({ host: '127.0.0.1', port, path, headers, agent: false });
  return new Promise((resolve, reject) => {
    request.on('response', (response) => resolve(response.resume().statusCode));
    request.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      resolve(statusCode);
    });
    request.on('error', reject);
  });
}

describe.each(Object.keys(EXAMPLES))('%s', (name) => {
  const { path, protocol, refused = 403 } = EXAMPLES[name];
  let port;
  let program;

  beforeAll(async () => {
    port = await freePort();
    const [command, args, options] = commandOf(name, port);
    const ready = new RegExp(`http://(127.0.0.1|localhost):${port}/`);
    program = await start(command, args, { ...options, ready });
    // A load balancer takes a moment to notice its backend.
    const isServed = async () => (await statusOf(port, '/', { host: 'localhost' })) === 200;
    await until(isServed, 'the page');
  });
  afterAll(() => program?.stop());

  it.each([
    ['localhost', 200],
    ['127.0.0.1', 200],
    ['evil.example', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
  ])('answers a request for the page at %s with %i', async (host, status) => {
    expect(await statusOf(port, '/', { host: `${host}:${port}` })).toBe(status);
  });

  it.runIf(protocol !== undefined)('answers a request for a host in HOSTS', async () => {
    expect(await statusOf(port, '/', { host: `${NAME}:${port}` })).toBe(200);
  });

  it.skipIf(path === undefined).each([
    ['from its own page', 'localhost', 'http://localhost', 101],
    ['from a program', '127.0.0.1', undefined, 101],
    ['from a page of another origin', 'localhost', 'http://evil.example', refused],
    ['with the origin null', 'localhost', 'null', refused],
    ['for another host name', 'evil.example', 'http://evil.example', refused],
    ['for another host name, without an origin', 'evil.example', undefined, refused],
  ])('answers an upgrade %s (Host: %s, Origin: %s) with %i', async (_, host, origin, status) => {
    const headers = {
      host: `${host}:${port}`,
      ...{ connection: 'Upgrade', upgrade: 'websocket' },
      ...{ 'sec-websocket-version': '13', 'sec-websocket-key': KEY },
      ...(origin && { origin: origin === 'null' ? origin : `${origin}:${port}` }),
      ...(protocol && { 'sec-websocket-protocol': protocol }),
    };
    expect(await statusOf(port, path, headers)).toBe(status);
  });
});

describe('a port in use', () => {
  const taken = createServer();
  beforeAll(() => once(taken.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => taken.close());

  it.each(Object.keys(EXAMPLES))('makes %s print one line and exit with 2', async (name) => {
    const { port } = taken.address();
    const { status, stderr } = await runToEnd(...commandOf(name, port));
    const setting = /(--(page-)?port|PORTS?)/.source;
    expect(stderr).toMatch(
      new RegExp(`^127\\.0\\.0\\.1:${port} is in use: choose another port with ${setting}, .*\\n$`),
    );
    expect(status).toBe(2);
  });
});
