// Redis and two processes of the chat as `npm run example -- socket-io` starts them, and what befalls them.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { accessibilityProblems, fitsPhone, openPage, textOf } from '../support/browser.js';
import { startBlindProxy } from '../support/nginx.js';
import { freePort, start, until } from '../support/programs.js';
import { enterRoom, LARGEST } from './page/room.js';

const folder = mkdtempSync(join(tmpdir(), 'wsimd-socket-io-'));
const main = fileURLToPath(new URL('main.js', import.meta.url));
const programs = [];
let chat; // with the servers' addresses

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
  const ready = /(its page is .*){2}/s;
  const program = await run(process.execPath, [main], { ready, env: { ...process.env, ...env } });
  const addresses = [1, 2].map((n) => program.output.match(`Server ${n}: its page is (\\S+)`)[1]);
  return { program, addresses };
}

/** The last process of that name main.js has told of. */
const processOf = (name) =>
  Number(chat.program.output.match(new RegExp(`.*${name}: process (\\d+)`, 's'))[1]);

/** A guest in Node that remembers what it heard. */
function guest(address, title, options = {}) {
  const heard = { said: [], transports: [], troubles: [], kept: [] };
  const room = enterRoom({
    connect: (ours) => io(address, { ...ours, ...options, forceNew: true }),
    room: title,
    name: '하나',
    onSaid: (message) => heard.said.push(message),
    onTransport: ({ name, engine }) => heard.transports.push(`${name} ${engine}`),
    onTrouble: (text) => heard.troubles.push(text),
  });
  const say = (text, picture) => room.say(text, picture, (problem) => heard.kept.push(problem));
  return { ...heard, room, say, texts: () => heard.said.map(({ text }) => text) };
}

const numbers = (count, title = '') => Array.from({ length: count }, (_, i) => `${title}${i}번`);

/** Two guests, each with a process of its own, say everything there is to say; both must hear it. */
async function converse({ addresses }, title) {
  const [a, b] = addresses.map((address) => guest(address, title));
  const elsewhere = guest(addresses[1], `${title} elsewhere`);
  const picture = randomBytes(LARGEST - 100);
  const large = '가나다라'.repeat(50_000);
  for (const text of ['안녕하세요 👋', '', large, ...numbers(300)]) a.say(text);
  a.say('그림', picture);
  await until(() => b.said.length === 304 && a.said.length === 304, 'all that was said');
  expect(b.texts()).toEqual(['안녕하세요 👋', '', large, ...numbers(300), '그림']);
  expect(a.texts()).toEqual(b.texts());
  expect(Buffer.from(b.said.at(-1).picture).equals(picture)).toBe(true);
  expect(elsewhere.said).toEqual([]);
  const transports = [...a.transports];
  for (const { room } of [a, b, elsewhere]) room.leave();
  return transports;
}

it('is one room in two processes, on wsimd', async () => {
  expect(await converse(chat, '부엌')).toEqual(['polling undefined', 'websocket wsimd']);
});

it('is the same with the engine Socket.IO has by itself', async () => {
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
])('works by %s', async (transports, expected) => {
  const room = `by ${transports}`;
  const [a, b] = [guest(chat.addresses[0], room, { transports }), guest(chat.addresses[1], room)];
  a.say('그림', randomBytes(1000));
  await until(() => b.said.length === 1 && a.transports.length === expected.length, 'the picture');
  expect(Buffer.from(b.said[0].picture)).toHaveLength(1000);
  expect(a.transports).toEqual(expected);
  a.room.leave();
  b.room.leave();
});

it('stays with polling where WebSocket is blocked on the way, in Node and in a page', async () => {
  const proxy = await startBlindProxy(chat.addresses[0]);
  onTestFinished(proxy.stop);
  const [a, b] = [guest(proxy.address, '길'), guest(chat.addresses[1], '길')];
  for (const text of numbers(50)) a.say(text);
  await until(() => b.said.length === 50, 'what was said through the proxy');
  expect(b.texts()).toEqual(numbers(50));
  expect(a.transports).toEqual(['polling undefined']);
  const { page, close } = await openPage(proxy.address);
  onTestFinished(close);
  await page.waitForFunction(() => /by long polling/.test(document.body.textContent));
  a.room.leave();
  b.room.leave();
});

it('keeps and tells everything once when Redis is killed in the middle', async () => {
  const [a, b] = chat.addresses.map((address) => guest(address, '금고'));
  for (const text of numbers(400)) a.say(text);
  await until(() => a.kept.length > 20, 'some to be kept');
  process.kill(processOf('Redis'), 'SIGKILL');
  for (const text of numbers(100, '나중 ')) b.say(text);
  await until(() => a.said.length >= 500 && b.said.length >= 500, 'everything', 40_000);
  expect(a.texts().sort()).toEqual([...numbers(400), ...numbers(100, '나중 ')].sort());
  expect(b.texts()).toEqual(a.texts());
  expect(a.texts().filter((text) => !text.startsWith('나중'))).toEqual(numbers(400));
  expect([...a.troubles, ...b.troubles]).toContainEqual(
    expect.stringMatching(/^Nothing can be kept/),
  );
  expect(chat.program.output).toMatch(/Server [12]: No Redis at redis:.*\(.+\); trying/);
  a.room.leave();
  b.room.leave();
}, 60_000);

it('loses nothing and says nothing twice when a server is killed', async () => {
  const [a, b] = chat.addresses.map((address) => guest(address, '다리'));
  for (const text of numbers(400)) a.say(text);
  await until(() => a.kept.length > 20, 'some to be kept');
  process.kill(processOf('Server 1'), 'SIGKILL');
  await until(() => b.said.length >= 400 && a.said.length >= 400, 'everything', 40_000);
  expect(b.texts()).toEqual(numbers(400));
  expect(a.texts()).toEqual(numbers(400));
  expect(a.troubles).toContainEqual(expect.stringMatching(/^The connection is gone/));
  a.room.leave();
  b.room.leave();
}, 60_000);

it('says what is missing while Redis is not there yet, and begins when it is', async () => {
  const port = await freePort();
  const early = await startChat({ REDIS: `redis://127.0.0.1:${port}` });
  onTestFinished(() => early.program.stop());
  const a = guest(early.addresses[0], '아침');
  a.say('아직 자요?');
  await until(() => a.troubles.some((text) => /^Nothing can be kept/.test(text)), 'a word on it');
  expect(early.program.output).toContain(`No Redis at redis://127.0.0.1:${port} (ECONNREFUSED)`);
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  await run('redis-server', args, { ready: /Ready to accept connections/ });
  const b = guest(early.addresses[1], '아침');
  await until(() => b.said.length === 1 && a.said.length === 1, 'the early message');
  a.room.leave();
  b.room.leave();
});

it('refuses what is too large or no message, and rooms without a name', async () => {
  const a = guest(chat.addresses[0], '규칙');
  expect(() => a.say('x', new Uint8Array(LARGEST))).toThrow('may have 1048576');
  const answer = new Promise((resolve) =>
    a.room.socket.emit('say', 'no object', (_, it) => resolve(it)),
  );
  expect(await answer).toEqual({ refused: 'This is no message.' });
  const nowhere = guest(chat.addresses[0], '');
  await until(() => nowhere.troubles.length > 0, 'the refusal');
  expect(nowhere.troubles[0]).toBe('A room has a name of 1 to 60 characters.');
  a.room.leave();
  nowhere.room.leave();
});

it('counts bytes as they are sent: a message at the limit is kept, and what follows it', async () => {
  const a = guest(chat.addresses[0], '저울');
  for (const [letter, bytes] of [
    ['가', 3],
    ['\0', 6],
  ]) {
    const most = Math.floor((LARGEST - 2) / bytes);
    expect(() => a.say(letter.repeat(most + 1))).toThrow('may have 1048576 bytes');
    a.say(letter.repeat(most));
  }
  a.say('끝');
  await until(() => a.kept.length === 3, 'all to be kept');
  expect(a.kept).toEqual([undefined, undefined, undefined]);
  a.room.leave();
});

it('tells a newcomer large pictures a few at a time', async () => {
  const a = guest(chat.addresses[0], '화랑');
  const pictures = Array.from({ length: 5 }, () => randomBytes(600_000));
  for (const [i, picture] of pictures.entries()) a.say(`${i}`, picture);
  await until(() => a.kept.length === 5, 'all to be kept');
  const b = guest(chat.addresses[1], '화랑');
  const pages = [];
  b.room.socket.on('history', (messages) => pages.push(messages.length));
  await until(() => b.said.length === 5 && pages.at(-1) === 0, 'all of them');
  expect(pages).toEqual([1, 1, 1, 1, 1, 0]);
  for (const [i, { picture }] of b.said.entries())
    expect(Buffer.from(picture).equals(pictures[i])).toBe(true);
  a.room.leave();
  b.room.leave();
});

it('lives on where nobody waits for an answer, or a name is a book', async () => {
  const a = guest(chat.addresses[0], '시험');
  const before = processOf('Server 1');
  await until(() => a.transports.length > 0, 'a connection');
  a.room.socket.volatile.emit('say', 'no object');
  await until(() => a.troubles.some((text) => /is not kept/.test(text)), 'a word on it');
  const book = { id: '1', name: 'x'.repeat(1000), text: '' };
  const answer = new Promise((resolve) => a.room.socket.emit('say', book, (_, it) => resolve(it)));
  expect(await answer).toEqual({ refused: 'This is no message.' });
  expect(processOf('Server 1')).toBe(before);
  a.room.leave();
});

it.each(['polling', 'websocket'])('is for pages of this machine: by %s', async (transport) => {
  const [address] = chat.addresses;
  const connect = (origin) =>
    guest(address, '문', { transports: [transport], extraHeaders: { origin } });
  const [own, forged] = [connect('http://localhost:1'), connect('http://evil.example')];
  await until(() => own.transports.length > 0, 'a page of this machine is let in');
  await until(() => forged.troubles.length > 0, 'the other is told');
  expect(forged.troubles[0]).toMatch(/^The server cannot be reached/);
  expect(forged.transports).toEqual([]);
  for (const { room } of [own, forged]) room.leave();
});

it('has a page that shows what is said, with pictures, by wsimd', async () => {
  const { page, problems, close } = await openPage(chat.addresses[0]);
  onTestFinished(close);
  const other = guest(chat.addresses[1], '부엌 둘');
  await page.$eval('[name=room]', (input) => (input.value = '부엌 둘'));
  await page.click('#enter button');
  await page.waitForFunction(() =>
    /by WebSocket, wsimd at the server/.test(document.body.textContent),
  );
  const png = await page.screenshot();
  other.say('그림이에요', png);
  await page.waitForFunction(() => document.querySelector('#said img')?.naturalWidth > 0);
  await page.type('#text', '잘 보여요');
  await page.click('#say .main');
  await until(() => other.said.length === 2, 'the answer of the page');
  await page.waitForFunction(() => document.querySelectorAll('#said li').length === 2);
  expect(await textOf(page, '#said')).toBe('하나 그림이에요하나 잘 보여요');
  expect(problems).toEqual([]);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await fitsPhone(page)).toBe(true);
  other.room.leave();
});
