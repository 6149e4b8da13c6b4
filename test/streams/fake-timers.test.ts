// A connection under Vitest's fake timers, whose clock never moves.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { connected } from '../support/transports.ts';

beforeEach(() => {
  const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];
  vi.useFakeTimers({ toFake: toFake as never });
});
afterEach(() => {
  vi.useRealTimers();
});

it('opens, echoes and closes with fake timers', async () => {
  const [here, there] = connected(3);
  const client = new WebSocketOverStream(here, { url: 'ws://test/' });
  const server = new WebSocketOverStream(there, { role: 'server' });
  await Promise.all([client.opened, server.opened]);
  const toServer = client.writable.getWriter();
  const toClient = server.writable.getWriter();
  // More than a reader takes before it gives others their turn.
  const count = 5000;
  void (async () => {
    for (let i = 0; i < count; i++) await toServer.write(`${i}`);
    await toServer.close();
  })();
  let received = 0;
  for await (const message of server) expect(message).toBe(`${received++}`);
  expect(received).toBe(count);
  await toClient.close();
  expect(await client.closed).toMatchObject({ closeCode: 1000 });
});

it('times out an unanswered handshake with fake timers', async () => {
  const [here] = connected();
  const client = new WebSocketOverStream(here, { url: 'ws://test/', handshakeTimeout: 20 });
  client.closed.catch(() => {});
  await expect(client.opened).rejects.toThrow(/handshake/);
});
