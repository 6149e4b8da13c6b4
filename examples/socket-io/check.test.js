// End-to-end tests of the chat as `npm run example -- socket-io` starts it: Redis, two processes, and their faults.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { accessibilityProblems, fitsPhone, openPage, textOf } from '../support/browser.js';
import { startProxyWithoutUpgrade } from '../support/nginx.js';
import { freePort, start, until } from '../support/programs.js';
import { enterRoom, LARGEST } from './page/room.js';

const folder = mkdtempSync(join(tmpdir(), 'wsimd-socket-io-'));
const main = fileURLToPath(new URL('main.js', import.meta.url));
const programs = [];
let chat; // main.js and the servers' addresses

beforeAll(async () => {
  chat = await startChat();
});

afterAll(async () => {
  for (const program of programs.reverse()) await program.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(command, args, options) {
  const program = await start(command, args, options);
  programs.push(program);
  return program;
}

async function startChat(env = {}) {
  const ready = /(page: .*){2}/s;
  const program = await run(process.execPath, [main], { ready, env: { ...process.env, ...env } });
  const addresses = [1, 2].map((n) => program.output.match(`Server ${n}: page: (\\S+)`)[1]);
  return { program, addresses };
}

/** The id of the latest process of that name in the output of main.js. */
const processOf = (name) =>
  Number(chat.program.output.match(new RegExp(`.*${name}: process (\\d+)`, 's'))[1]);

/** A client in Node that records what it receives. */
function guest(address, title, options = {}) {
  const received = { messages: [], transports: [], troubles: [], kept: [] };
  const room = enterRoom({
    connect: (ours) => io(address, { ...ours, ...options, forceNew: true }),
    room: title,
    name: '하나',
    onMessage: (message) => received.messages.push(message),
    onTransport: ({ name, engine }) => received.transports.push(`${name} ${engine}`),
    onTrouble: (text) => received.troubles.push(text),
  });
  const say = (text, picture) => room.say(text, picture, (problem) => received.kept.push(problem));
  return { ...received, room, say, texts: () => received.messages.map(({ text }) => text) };
}

const numbers = (count, title = '') => Array.from({ length: count }, (_, i) => `${title}${i}번`);

/** Two clients, one per process, exchange texts and a picture. Both must receive everything in order. */
async function converse({ addresses }, title) {
  const [a, b] = addresses.map((address) => guest(address, title));
  const elsewhere = guest(addresses[1], `${title} elsewhere`);
  const picture = randomBytes(LARGEST - 100);
  const large = '가나다라'.repeat(50_000);
  for (const text of ['안녕하세요 👋', '', large, ...numbers(300)]) a.say(text);
  a.say('그림', picture);
  await until(() => b.messages.length === 304 && a.messages.length === 304, 'all messages');
  expect(b.texts()).toEqual(['안녕하세요 👋', '', large, ...numbers(300), '그림']);
  expect(a.texts()).toEqual(b.texts());
  expect(Buffer.from(b.messages.at(-1).picture).equals(picture)).toBe(true);
  expect(elsewhere.messages).toEqual([]);
  const transports = [...a.transports];
  for (const { room } of [a, b, elsewhere]) room.leave();
  return transports;
}

it('shares a room between two processes, on wsimd', async () => {
  expect(await converse(chat, '부엌')).toEqual(['polling undefined', 'websocket wsimd']);
});

it('shares a room between two processes, on stock ws', async () => {
  const stock = await startChat({ WS: 'ws' });
  onTestFinished(() => stock.program.stop());
  expect(await converse(stock, '부엌')).toEqual(['polling undefined', 'websocket undefined']);
});

it.each([
  [['polling'], ['polling undefined']],
  [['websocket'], ['websocket wsimd']],
  [
    ['polling', 'websocket'],
    ['polling undefined', 'websocket wsimd'],
  ],
])('works over %s', async (transports, expected) => {
  const room = `by ${transports}`;
  const [a, b] = [guest(chat.addresses[0], room, { transports }), guest(chat.addresses[1], room)];
  a.say('그림', randomBytes(1000));
  await until(
    () => b.messages.length === 1 && a.transports.length === expected.length,
    'the picture',
  );
  expect(Buffer.from(b.messages[0].picture)).toHaveLength(1000);
  expect(a.transports).toEqual(expected);
  a.room.leave();
  b.room.leave();
});

it('stays on long polling if WebSocket is blocked, in Node and in a page', async () => {
  const proxy = await startProxyWithoutUpgrade(chat.addresses[0]);
  onTestFinished(proxy.stop);
  const [a, b] = [guest(proxy.address, '길'), guest(chat.addresses[1], '길')];
  for (const text of numbers(50)) a.say(text);
  await until(() => b.messages.length === 50, 'the messages through the proxy');
  expect(b.texts()).toEqual(numbers(50));
  expect(a.transports).toEqual(['polling undefined']);
  const { page, close } = await openPage(proxy.address);
  onTestFinished(close);
  await page.waitForFunction(() => /over long polling/.test(document.body.textContent));
  a.room.leave();
  b.room.leave();
});

it('delivers every message exactly once when Redis is killed', async () => {
  const [a, b] = chat.addresses.map((address) => guest(address, '금고'));
  for (const text of numbers(400)) a.say(text);
  await until(() => a.kept.length > 20, 'some to be saved');
  process.kill(processOf('Redis'), 'SIGKILL');
  for (const text of numbers(100, '나중 ')) b.say(text);
  await until(() => a.messages.length >= 500 && b.messages.length >= 500, 'everything', 40_000);
  expect(a.texts().sort()).toEqual([...numbers(400), ...numbers(100, '나중 ')].sort());
  expect(b.texts()).toEqual(a.texts());
  expect(a.texts().filter((text) => !text.startsWith('나중'))).toEqual(numbers(400));
  expect([...a.troubles, ...b.troubles]).toContainEqual(
    expect.stringMatching(/^Messages cannot be saved/),
  );
  expect(chat.program.output).toMatch(/Server [12]: No Redis at redis:.*\(.+\); retrying/);
  a.room.leave();
  b.room.leave();
}, 60_000);

it('delivers every message exactly once when a server is killed', async () => {
  const [a, b] = chat.addresses.map((address) => guest(address, '다리'));
  for (const text of numbers(400)) a.say(text);
  await until(() => a.kept.length > 20, 'some to be saved');
  process.kill(processOf('Server 1'), 'SIGKILL');
  await until(() => b.messages.length >= 400 && a.messages.length >= 400, 'everything', 40_000);
  expect(b.texts()).toEqual(numbers(400));
  expect(a.texts()).toEqual(numbers(400));
  expect(a.troubles).toContainEqual(expect.stringMatching(/^Disconnected/));
  a.room.leave();
  b.room.leave();
}, 60_000);

it('reports a missing Redis and starts once it is up', async () => {
  const port = await freePort();
  const early = await startChat({ REDIS: `redis://127.0.0.1:${port}` });
  onTestFinished(() => early.program.stop());
  const a = guest(early.addresses[0], '아침');
  a.say('아직 자요?');
  await until(() => a.troubles.some((text) => /^Messages cannot be saved/.test(text)), 'a notice');
  expect(early.program.output).toContain(`No Redis at redis://127.0.0.1:${port} (ECONNREFUSED)`);
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  await run('redis-server', args, { ready: /Ready to accept connections/ });
  const b = guest(early.addresses[1], '아침');
  await until(() => b.messages.length === 1 && a.messages.length === 1, 'the early message');
  a.room.leave();
  b.room.leave();
});

it('refuses messages that are too large or malformed, and rooms without a name', async () => {
  const a = guest(chat.addresses[0], '규칙');
  expect(() => a.say('x', new Uint8Array(LARGEST))).toThrow('at most 1048576');
  const answer = new Promise((resolve) =>
    a.room.socket.emit('say', 'not an object', (_, it) => resolve(it)),
  );
  expect(await answer).toEqual({ refused: 'Malformed message.' });
  const nowhere = guest(chat.addresses[0], '');
  await until(() => nowhere.troubles.length > 0, 'the refusal');
  expect(nowhere.troubles[0]).toBe('A room name is 1 to 60 characters.');
  a.room.leave();
  nowhere.room.leave();
});

it('applies the size limit to the encoded message', async () => {
  const a = guest(chat.addresses[0], '저울');
  for (const [letter, bytes] of [
    ['가', 3],
    ['\0', 6],
  ]) {
    const most = Math.floor((LARGEST - 2) / bytes);
    expect(() => a.say(letter.repeat(most + 1))).toThrow('at most 1048576 bytes');
    a.say(letter.repeat(most));
  }
  a.say('끝');
  await until(() => a.kept.length === 3, 'all to be saved');
  expect(a.kept).toEqual([undefined, undefined, undefined]);
  a.room.leave();
});

it('sends a history with large pictures in pages', async () => {
  const a = guest(chat.addresses[0], '화랑');
  const pictures = Array.from({ length: 5 }, () => randomBytes(600_000));
  for (const [i, picture] of pictures.entries()) a.say(`${i}`, picture);
  await until(() => a.kept.length === 5, 'all to be saved');
  const b = guest(chat.addresses[1], '화랑');
  const pages = [];
  b.room.socket.on('history', (messages) => pages.push(messages.length));
  await until(() => b.messages.length === 5 && pages.at(-1) === 0, 'all of them');
  expect(pages).toEqual([1, 1, 1, 1, 1, 0]);
  for (const [i, { picture }] of b.messages.entries())
    expect(Buffer.from(picture).equals(pictures[i])).toBe(true);
  a.room.leave();
  b.room.leave();
});

it('survives a message without an acknowledgement and an overlong name', async () => {
  const a = guest(chat.addresses[0], '시험');
  const before = processOf('Server 1');
  await until(() => a.transports.length > 0, 'a connection');
  a.room.socket.volatile.emit('say', 'not an object');
  await until(() => a.troubles.some((text) => /is not saved/.test(text)), 'a notice');
  const message = { id: '1', name: 'x'.repeat(1000), text: '' };
  const answer = new Promise((resolve) =>
    a.room.socket.emit('say', message, (_, it) => resolve(it)),
  );
  expect(await answer).toEqual({ refused: 'Malformed message.' });
  expect(processOf('Server 1')).toBe(before);
  a.room.leave();
});

it.each(['polling', 'websocket'])('rejects pages of other origins over %s', async (transport) => {
  const [address] = chat.addresses;
  const connect = (origin) =>
    guest(address, '문', { transports: [transport], extraHeaders: { origin } });
  const [own, forged] = [connect('http://localhost:1'), connect('http://evil.example')];
  await until(() => own.transports.length > 0, 'the local page to connect');
  await until(() => forged.troubles.length > 0, 'the rejection');
  expect(forged.troubles[0]).toMatch(/^The server is unreachable/);
  expect(forged.transports).toEqual([]);
  for (const { room } of [own, forged]) room.leave();
});

it('shows messages and pictures on the page, on wsimd', async () => {
  const { page, problems, close } = await openPage(chat.addresses[0]);
  onTestFinished(close);
  const other = guest(chat.addresses[1], '부엌 둘');
  await page.$eval('[name=room]', (input) => (input.value = '부엌 둘'));
  await page.click('#enter button');
  await page.waitForFunction(() =>
    /over WebSocket, with wsimd on the server/.test(document.body.textContent),
  );
  const png = await page.screenshot();
  other.say('그림이에요', png);
  await page.waitForFunction(() => document.querySelector('#messages img')?.naturalWidth > 0);
  await page.type('#text', '잘 보여요');
  await page.click('#say .main');
  await until(() => other.messages.length === 2, 'the message from the page');
  await page.waitForFunction(() => document.querySelectorAll('#messages li').length === 2);
  expect(await textOf(page, '#messages')).toBe('하나 그림이에요하나 잘 보여요');
  expect(problems).toEqual([]);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await fitsPhone(page)).toBe(true);
  other.room.leave();
});
