// Clients that do not read: the server buffers little for them, and other clients are not affected.

import { describe, expect, it } from 'vitest';
import { until } from '../support/programs.js';
import { openPlain, Person, startServer } from './check-support.js';

const MAIN = new URL('main.js', import.meta.url);
const SETTINGS = { RATE: '100000', BURST: '100000', SLOW_BYTES: '65536' };

describe('a client that reads too slowly', () => {
  const MESSAGES = 600;
  const WRITERS = 4;

  it('is closed with 1013, and the other clients get every message', async () => {
    const full = await startServer(MAIN, SETTINGS);
    const slow = await openPlain(full.url);
    slow.send({ type: 'join', room: 'lobby' });
    await until(() => slow.eventsOf('joined').length === 1, 'the slow client to join');
    slow.socket._socket.pause();
    const writers = await Promise.all(
      Array.from({ length: WRITERS }, (_, i) => new Person(full.url, `writer ${i}`).enter()),
    );
    for (let i = 0; i < MESSAGES; i++) {
      for (const { client } of writers) client.say('lobby', '가'.repeat(2000));
    }
    await until(() => /reads too slowly/.test(full.output), 'the server to notice');
    slow.socket._socket.resume();
    expect(await slow.closed).toEqual([1013, 'Your connection is too slow for this chat.']);
    await until(() => writers.every(({ kept }) => kept.size === MESSAGES), 'all to be stored');
    await until(() => writers.every(({ log }) => log.length === WRITERS * MESSAGES), 'delivered');
    const { log } = writers[0];
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    for (const { client } of writers) client.close();
    await full.stop();
  });
});

describe('a client that sends requests and does not read', () => {
  it('is not read from until it reads; the server buffers little', async () => {
    const full = await startServer(MAIN, SETTINGS);
    const memory = async () =>
      (await (await fetch(`http://127.0.0.1:${full.port}/health`)).json()).memory;
    const writer = await new Person(full.url, 'writer').enter();
    for (let i = 0; i < 100; i++) writer.client.say('lobby', '가'.repeat(2000));
    await until(() => writer.kept.size === 100, 'the history');
    const greedy = await openPlain(full.url);
    greedy.send({ type: 'join', room: 'lobby' });
    await until(() => greedy.eventsOf('presence').at(-1)?.count === 2, 'the last presence event');
    const before = await memory();
    greedy.socket._socket.pause();
    const count = 300;
    for (let i = 1; i < count; i++) {
      greedy.send({ type: 'join', room: 'lobby' });
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    // The answers are 90 MB.
    expect((await memory()) - before).toBeLessThan(50e6);
    greedy.socket._socket.resume();
    await until(() => greedy.lines.filter((line) => /"joined"/.test(line)).length === count, 'all');
    for (const socket of [writer.client, greedy.socket]) socket.close();
    await full.stop();
  });
});
