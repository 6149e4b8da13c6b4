// Test support: clients without a page, a server in its own process, and a network that can fail.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'wsimd/ws';
import { freePort, start, until } from '../support/programs.js';
import { ChatClient } from './client.js';

/** Starts an example's server on a free port, from the command line. */
export async function startServer(main, env = {}) {
  const port = env.PORT ?? (await freePort());
  const program = await start(process.execPath, [fileURLToPath(main)], {
    ready: /(is|are) at http/,
    env: { PATH: process.env.PATH, PORT: String(port), ...env },
  });
  return Object.assign(program, { port, url: `ws://127.0.0.1:${port}/chat` });
}

/** A bare client: `lines` holds the messages it received, `closed` resolves to the close code and reason. */
export async function openPlain(url, protocols = ['chat.v2'], options = {}) {
  const socket = new WebSocket(url, protocols, options);
  const lines = [];
  socket.on('message', (data) => lines.push(String(data)));
  const closed = new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve([code, String(reason)]));
  });
  await once(socket, 'open');
  const send = (command) => socket.send(JSON.stringify(command));
  const eventsOf = (type) =>
    lines.map((line) => JSON.parse(line)).filter((one) => one.type === type);
  return { socket, lines, closed, send, eventsOf };
}

/** A user with the same client as the page; records every event. */
export class Person {
  messages = [];
  kept = new Set();
  refused = [];
  status = [];
  states = [];
  presence = null;
  typing = [];
  forgotten = 0;
  missed = 0;

  constructor(url, name, options = {}) {
    this.name = name;
    const retry = { firstRetry: 50, longestRetry: 400 };
    this.client = new ChatClient(
      { url, name, WebSocket, ...retry, ...options },
      {
        status: (status) => this.status.push(status),
        state: ({ outage }) => this.states.push(outage),
        welcome: ({ server }) => (this.server = server),
        message: (message) => this.messages.push(message),
        presence: (event) => (this.presence = event),
        typing: ({ name: who }) => this.typing.push(who),
        kept: (n) => this.kept.add(n),
        refused: (n, why, willRetry) => this.refused.push({ n, why, willRetry }),
        forgotten: () => this.forgotten++,
        missed: (_room, count) => (this.missed += count),
      },
    );
  }

  async enter(room = 'lobby') {
    this.client.join(room);
    this.client.open();
    await until(() => this.presence !== null, `${this.name} to be in ${room}`);
    return this;
  }

  get isOpen() {
    return this.status.at(-1)?.status === 'open';
  }

  /** The stored messages, in the order received. */
  get log() {
    return this.messages.filter(({ seq }) => seq !== undefined);
  }

  get texts() {
    return this.log.map(({ text }) => text);
  }
}

/** A TCP proxy to `port` that can drop connections or go silent. */
export async function network(port) {
  const pairs = new Set();
  let isSilent = false;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const pair = [near, far];
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near]]) {
      from.on('data', (data) => isSilent || to.write(data));
      from.on('error', () => {});
      from.on('close', () => {
        if (isSilent) return;
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  };
  return {
    url: `ws://127.0.0.1:${server.address().port}/chat`,
    /** Resets every connection. New ones work. */
    cut,
    /** Stops forwarding without closing anything. */
    silence: (silent) => {
      isSilent = silent;
    },
    close: () => {
      server.close();
      cut();
    },
  };
}
