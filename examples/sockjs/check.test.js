// End-to-end tests of the board as `npm run example -- sockjs` starts it, over every transport.

import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import SockJS from 'sockjs-client';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { accessibilityProblems, fitsPhone, openPage, textOf } from '../support/browser.js';
import { startProxyWithoutUpgrade } from '../support/nginx.js';
import { freePort, start, until } from '../support/programs.js';
import { LARGEST, openDesk } from './page/desk.js';

const main = fileURLToPath(new URL('main.js', import.meta.url));
const TRANSPORTS = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'];
const LINES = [
  ...['안녕하세요 👋', 'a\0b\u2028c"\\', '', '가나다라'.repeat(50_000)],
  ...Array.from({ length: 50 }, (_, i) => `${i}번`),
];
let port;
let board;

const startBoard = (env) => {
  const options = { ready: /Page: \S+/, env: { ...process.env, ...env } };
  return start(process.execPath, [main], options);
};

beforeAll(async () => {
  port = await freePort();
  board = await startBoard({ PORT: port });
});

afterAll(() => board?.stop());

/** A client in Node that records what it receives. */
function writer(transports, address = `http://127.0.0.1:${port}/`) {
  const seen = { lines: [], own: 0, ups: [], troubles: [] };
  const desk = openDesk({
    connect: () => new SockJS(`${address}board`, null, { transports }),
    onLine(text, isOwn) {
      seen.lines.push(text);
      if (isOwn) seen.own++;
    },
    onUp: (transport) => seen.ups.push(transport),
    onTrouble: (text) => seen.troubles.push(text),
  });
  return Object.assign(seen, desk);
}

/** Replaces long lines with their length and hash. */
const brief = (line) =>
  line.length < 60 ? line : `${line.length} ${createHash('sha256').update(line).digest('hex')}`;

/** One client writes; both must see each line once and in order. Lines of other tests are ignored. */
async function writeAndSee(one, other, lines = LINES) {
  await until(() => one.ups.length && other.ups.length, 'both to connect');
  const mark = randomUUID();
  const seenBy = ({ lines }) => lines.filter((line) => line.startsWith(mark));
  const written = lines.map((line) => mark + line);
  const before = one.own;
  for (const line of written) one.write(line);
  for (const each of [one, other]) {
    await until(() => seenBy(each).length >= lines.length, 'the lines');
    expect(seenBy(each).map(brief)).toEqual(written.map(brief));
  }
  expect(one.own).toBe(before + lines.length);
}

it.each(TRANSPORTS)('delivers all lines in order over %s', async (transport) => {
  const [one, other] = [writer(transport), writer('websocket')];
  await writeAndSee(one, other);
  await writeAndSee(other, one);
  expect([one.ups, other.ups]).toEqual([[transport], ['websocket']]);
  one.leave();
  other.leave();
});

it.each(['ws', 'faye'])('delivers all lines in order with %s instead of wsimd', async (WS) => {
  const address = `http://127.0.0.1:${await freePort()}/`;
  const plain = await startBoard({ WS, PORT: new URL(address).port });
  onTestFinished(() => plain.stop());
  const [one, other] = [writer('websocket', address), writer('websocket', address)];
  await writeAndSee(one, other);
  one.leave();
  other.leave();
});

it('serves raw WebSocket, and closes with 4000 on an invalid line', async () => {
  const raw = new WebSocket(`ws://127.0.0.1:${port}/board/websocket`);
  const received = [];
  raw.on('message', (data) => received.push(`${data}`));
  await new Promise((resolve) => raw.on('open', resolve));
  const line = JSON.stringify({ id: 'raw', text: '날것' });
  raw.send(line);
  await until(() => received.includes(line), 'the line');
  const closed = new Promise((resolve) =>
    raw.on('close', (code, reason) => resolve(`${code} ${reason}`)),
  );
  const other = JSON.stringify({ id: 'other', text: '둘', extra: 'x'.repeat(1000) });
  raw.send(other);
  await until(
    () => received.includes('{"id":"other","text":"둘"}'),
    'the line without extra fields',
  );
  raw.send('not a line');
  expect(await closed).toBe('4000 Not a valid line');
});

it('answers pings, and closes with 1007 on invalid UTF-8', async () => {
  const raw = new WebSocket(`ws://127.0.0.1:${port}/board/websocket`);
  await once(raw, 'open');
  raw.ping('살아 있나요');
  expect(`${await once(raw, 'pong')}`).toBe('살아 있나요');
  raw.send(Buffer.from([0xff]), { binary: false });
  expect((await once(raw, 'close'))[0]).toBe(1007);
});

it('answers an invalid handshake with 400', async () => {
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  const path = '/board/000/somebody/websocket';
  const [response] = await once(get({ port, path, headers }), 'response');
  expect(response.statusCode).toBe(400);
  response.resume();
});

it('falls back to another transport if WebSocket is blocked, in Node and in a page', async () => {
  const empty = await startBoard();
  onTestFinished(() => empty.stop());
  const [, address] = empty.output.match(/Page: (\S+)/);
  const proxy = await startProxyWithoutUpgrade(address);
  onTestFinished(proxy.stop);
  const [one, other] = [writer(undefined, proxy.address), writer('websocket', address)];
  await writeAndSee(one, other, ['안녕하세요', '가나다라'.repeat(1000), '끝']);
  expect(one.ups[0]).toMatch(/^(xhr|eventsource)/);
  const { page, close } = await openPage(proxy.address);
  onTestFinished(close);
  await page.waitForFunction(() =>
    /Connected over (xhr|eventsource)/.test(document.body.textContent),
  );
  one.leave();
  other.leave();
});

it('reports a lost server, reconnects, and resends pending lines', async () => {
  const writers = TRANSPORTS.map((transport) => writer(transport));
  await until(() => writers.every(({ ups }) => ups.length), 'all to connect');
  await board.stop('SIGKILL');
  for (const [i, each] of writers.entries()) each.write(`그동안 ${i}`);
  await until(() => writers.every(({ troubles }) => troubles.length), 'all to notice');
  expect(writers[0].troubles[0]).toMatch(/^The board is unreachable \(1006.*\); retrying/);
  board = await startBoard({ PORT: port });
  const meanwhile = TRANSPORTS.map((_, i) => `그동안 ${i}`);
  const count = ({ lines }) => lines.filter((line) => meanwhile.includes(line)).sort();
  await until(
    () => writers.every((each) => count(each).length === 4),
    'the lines written meanwhile',
  );
  for (const each of writers) {
    expect(count(each)).toEqual(meanwhile);
    each.leave();
  }
}, 60_000);

it('does not reconnect after leave() during the retry delay', async () => {
  const unreachable = `http://127.0.0.1:${await freePort()}/`;
  let attempts = 0;
  const one = openDesk({
    connect() {
      attempts++;
      return new SockJS(`${unreachable}board`, null, { transports: 'websocket' });
    },
    onLine() {},
    onUp() {},
    onTrouble: () => one.leave(),
  });
  await until(() => attempts === 1, 'an attempt');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(attempts).toBe(1);
});

it('resends pending lines after switching the transport', async () => {
  let address = `http://127.0.0.1:${await freePort()}/`;
  const troubles = [];
  const lines = [];
  const one = openDesk({
    connect: () => new SockJS(`${address}board`, null, { transports: 'websocket' }),
    onLine: (text) => lines.push(text),
    onUp() {},
    onTrouble: (text) => troubles.push(text),
  });
  one.write('함께 가요');
  await until(() => troubles.length, 'the failed attempt');
  address = `http://127.0.0.1:${port}/`;
  one.reconnect();
  await until(() => lines.includes('함께 가요'), 'the line');
  one.leave();
});

it('refuses a line that is too long without sending it', () => {
  const one = writer('websocket');
  expect(() => one.write('x'.repeat(LARGEST + 1))).toThrow('at most 262144 characters');
  one.leave();
});

it('works in a page over every transport', async () => {
  const { page, problems, close } = await openPage(`http://127.0.0.1:${port}/`);
  onTestFinished(close);
  await page.waitForFunction(() =>
    /over websocket, with wsimd on the server/.test(document.body.textContent),
  );
  for (const transport of TRANSPORTS) {
    await page.select('#transports', transport);
    await page.waitForFunction(
      (by) => document.body.textContent.includes(`Connected over ${by}`),
      {},
      transport,
    );
    await page.type('#text', `${transport} 안녕`);
    await page.click('#form .main');
    const isThere = (by) =>
      document.querySelector('#lines .own')?.textContent.includes(`${by} 안녕`);
    await page.waitForFunction(isThere, {}, transport);
  }
  expect(await textOf(page, '#lines')).toContain('websocket 안녕');
  expect(problems).toEqual([]);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await fitsPhone(page)).toBe(true);
});
