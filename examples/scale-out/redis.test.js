// Redis unreachable, killed, emptied, out of memory or hanging: the chat continues, reports it, and catches up.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Person, startServer } from '../chat/check-support.js';
import { freePort, until } from '../support/programs.js';
import { runRedis } from './services.js';

const WORKER = new URL('worker.js', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'chat-check-'));
let port;
let redis = null;
let servers;
/** One user in each process. */
let ada;
let bob;

beforeAll(async () => {
  port = await freePort();
  const env = { REDIS_URL: `redis://127.0.0.1:${port}`, RATE: '1000', BURST: '1000' };
  servers = await Promise.all([startServer(WORKER, env), startServer(WORKER, env)]);
  [ada, bob] = servers.map(({ url }, i) => new Person(url, ['ada', 'bob'][i]));
  await Promise.all([ada.enter(), bob.enter()]);
});
afterAll(async () => {
  for (const { client } of [ada, bob]) client.close();
  for (const server of servers) await server.stop();
  await redis?.stop();
  rmSync(folder, { recursive: true });
});

const areCutOff = () => [ada, bob].every(({ states }) => states.at(-1) !== null);
const areConnected = () => [ada, bob].every(({ states }) => states.at(-1) === null);
const shown = (person) => person.messages.map(({ text }) => text);
const say = (person, text) => person.client.say('lobby', text);

/** Both users send a message that only their own process sees. Returns the message numbers. */
async function talkDuringOutage(topic) {
  const numbers = [say(ada, `ada on ${topic}`), say(bob, `bob on ${topic}`)];
  await until(() => shown(ada).includes(`ada on ${topic}`), 'ada to see it', 15_000);
  await until(() => shown(bob).includes(`bob on ${topic}`), 'bob to see it', 15_000);
  await until(areCutOff, 'both to be told');
  expect(shown(ada)).not.toContain(`bob on ${topic}`);
  expect([ada.kept.has(numbers[0]), bob.kept.has(numbers[1])]).toEqual([false, false]);
  return numbers;
}

/** Expects both users to have all messages, once, in the same order, and acknowledged. */
async function catchUp([n, m], count) {
  await until(areConnected, 'both to be told that it is over');
  await until(() => ada.kept.has(n) && bob.kept.has(m), 'the messages to be stored');
  await until(
    () => [ada, bob].every(({ log }) => log.length >= count),
    'the messages to be delivered',
  );
  expect(ada.log.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  expect(bob.log.map(({ id }) => id)).toEqual(ada.log.map(({ id }) => id));
}

it('starts without Redis and catches up', async () => {
  const numbers = await talkDuringOutage('nothing');
  for (const { output } of servers) expect(output).toMatch(/Redis: .*ECONNREFUSED/);
  redis = await runRedis(port, folder);
  await catchUp(numbers, 2);
  expect(ada.forgotten + bob.forgotten).toBe(0);
});

it('survives a killed Redis that comes back with its data', async () => {
  await redis.stop('SIGKILL');
  const numbers = await talkDuringOutage('absence');
  redis = await runRedis(port, folder);
  await catchUp(numbers, 4);
});

it('tells users that an emptied Redis lost the history', async () => {
  const numbers = [say(ada, 'before'), say(bob, 'before')];
  await catchUp(numbers, 6);
  await command((client) => client.flushAll());
  const after = [say(ada, 'after'), say(bob, 'after')];
  await until(() => ada.kept.has(after[0]) && bob.kept.has(after[1]), 'the messages to be stored');
  await until(() => [ada, bob].every(({ forgotten }) => forgotten === 1), 'both to be told');
  await until(
    () => [ada, bob].every(({ log }) => log.length === 8),
    'the messages to be delivered',
  );
  expect(ada.log.slice(6).map(({ seq }) => seq)).toEqual([1, 2]);
  for (const one of [ada, bob]) one.messages.length = 0;
});

it('holds messages while Redis is out of memory', async () => {
  await command((client) => client.configSet('maxmemory', '1'));
  await command((client) => client.configSet('maxmemory-policy', 'noeviction'));
  const numbers = [say(ada, 'much'), say(bob, 'more')];
  await until(areCutOff, 'both to be told');
  expect(ada.states.at(-1)).toMatch(/Messages cannot be saved at the moment/);
  expect(servers[0].output).toContain('Redis: OOM command not allowed');
  expect(ada.kept.has(numbers[0])).toBe(false);
  await command((client) => client.configSet('maxmemory', '0'));
  await until(areConnected, 'both to be told that it is over');
  await until(
    () => ada.kept.has(numbers[0]) && bob.kept.has(numbers[1]),
    'the messages to be stored',
  );
  await until(
    () => [ada, bob].every(({ log }) => log.length === 2),
    'the messages to be delivered',
  );
  expect(bob.texts).toEqual(ada.texts);
});

it('holds messages while Redis hangs', async () => {
  for (const one of [ada, bob]) one.messages.length = 0;
  redis.child.kill('SIGSTOP');
  const numbers = await talkDuringOutage('patience');
  redis.child.kill('SIGCONT');
  await until(areConnected, 'both to be told that it is over');
  await until(
    () => ada.kept.has(numbers[0]) && bob.kept.has(numbers[1]),
    'the messages to be stored',
  );
  await until(
    () => [ada, bob].every(({ log }) => log.length === 2),
    'the messages to be delivered',
  );
  expect(bob.texts).toEqual(ada.texts);
});

it('deduplicates a message sent to two processes', async () => {
  const key = 'the-same-client-twice';
  const twice = servers.map(({ url }) => new Person(url, 'eve', { key }));
  for (const one of twice) await one.enter('twice');
  for (const { client } of twice) client.say('twice', 'once');
  await until(() => twice.every(({ kept }) => kept.size === 1), 'both acknowledgements');
  expect(twice.map(({ log }) => log.length)).toEqual([1, 1]);
  for (const { client } of twice) client.close();
});

async function command(run) {
  const client = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
  await run(client);
  client.destroy();
}
