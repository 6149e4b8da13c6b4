// An error in the tap ends the tap, not the traffic.

import { once } from 'node:events';
import { expect, it } from 'vitest';
import { open, opened, startEcho } from './ends.js';
import { createProxy } from './proxy.js';
import { TappedConnection } from './tapped-connection.js';

it('logs an exception in the tap once per end, and keeps forwarding', async () => {
  const logged = [];
  const connection = new TappedConnection(1, 'a client', {}, { changed: () => {} });
  connection.chunk = () => {
    throw new Error('out of order');
  };
  const proxy = createProxy({
    upstream: { host: '127.0.0.1', port: await startEcho() },
    connectTimeout: 5000,
    linger: 5000,
    tap: { open: () => connection },
    log: (text) => logged.push(text),
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  opened.push(() => proxy.close());

  const socket = open(`ws://127.0.0.1:${proxy.address().port}`);
  await once(socket, 'open');
  for (const text of ['one', 'two']) {
    socket.send(text);
    const [data] = await once(socket, 'message');
    expect(`${data}`).toBe(text);
  }
  expect(connection).toMatchObject({ state: 'unseen', why: 'the tap failed: out of order' });
  expect(logged.length).toBe(2);
});
