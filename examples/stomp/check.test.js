// The broker, the worker and the page as `npm run example -- stomp` starts them, and what befalls them.

import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as ws from 'ws';
import * as wsimd from 'wsimd/ws';
import { accessibilityProblems, fitsPhone, openPage, textOf } from '../support/browser.js';
import { start, until } from '../support/programs.js';
import { openDesk } from './desk/desk.js';
import { LARGEST } from './desk/outbox.js';

const SLOWLY = 60_000; // a broker's start takes four seconds, and far more where the machine has other work
const main = fileURLToPath(new URL('main.js', import.meta.url));

let program;
let settings;
let open; // the page

/** Process ids as main.js tells them: the last that was started. */
const processOf = (name) =>
  Number(program.output.match(new RegExp(`.*${name}: process (\\d+)`, 's'))?.[1]);
const seal = (body) => createHash('sha256').update(body).digest('hex');

beforeAll(async () => {
  program = await start(process.execPath, [main], { ready: /Page: \S+/ });
  const [, address] = program.output.match(/Page: (\S+)/);
  settings = await (await fetch(new URL('settings.json', address))).json();
  open = await openPage(address);
});

afterAll(async () => {
  await open?.close();
  await program?.stop();
});

/** A customer in Node that remembers what it heard; `class_` is ws's WebSocket or wsimd's. */
function customer(class_) {
  const heard = { safe: new Set(), answers: new Map(), troubles: [], protocols: [], sockets: [] };
  const desk = openDesk({
    ...settings,
    WebSocket: class_,
    onSafe: (id) => heard.safe.add(id),
    onAnswer(id, answer) {
      expect(heard.answers.has(id)).toBe(false);
      heard.answers.set(id, answer);
    },
    onTrouble: (reason) => heard.troubles.push(reason),
    onUp({ connectedVersion, webSocket }) {
      heard.protocols.push(`${connectedVersion} ${webSocket.protocol}`);
      heard.sockets.push(webSocket);
    },
  });
  return { ...heard, desk, place: desk.place, leave: () => desk.client.deactivate() };
}

async function answersTo(desk, bodies) {
  const ids = bodies.map((body) => desk.place(body));
  await until(() => ids.every((id) => desk.answers.has(id)), 'all answers', SLOWLY);
  return ids.map((id) => desk.answers.get(id));
}

it('says what is missing while the broker is away at start, and keeps the orders placed then', async () => {
  await open.page.waitForFunction(() => /No broker at/.test(document.body.textContent));
  await open.page.click('form .main');
  const early = customer(wsimd.WebSocket);
  const id = early.place('아직 아무도 없어요');
  await until(() => early.answers.has(id), 'the answer to an early order', SLOWLY);
  expect(early.troubles).toEqual([expect.stringMatching(/^No broker at ws:.*ECONNREFUSED/)]);
  expect(program.output).toMatch(/No broker at .*ECONNREFUSED.*\n/);
  expect(early.protocols).toEqual(['1.2 v12.stomp']);
  await open.page.waitForFunction(() => /1 answered/.test(document.body.textContent));
  await early.leave();
}, 120_000);

const BODIES = [
  ...['', '안녕하세요 👋', 'a:b\\c\nd\r\n\0e', '가나다라'.repeat(90_000)],
  ...[new Uint8Array(0), Uint8Array.from({ length: 256 }, (_, i) => i), randomBytes(2 ** 21)],
];

it('says the same by wsimd and by ws: Korean, 1 MiB, zeros, bytes that are no text', async () => {
  for (const { WebSocket } of [wsimd, ws]) {
    const desk = customer(WebSocket);
    const answers = await answersTo(desk, BODIES);
    const bytes = BODIES.map((body) => Buffer.from(body));
    expect(answers).toEqual(bytes.map((body) => ({ bytes: body.length, sha256: seal(body) })));
    expect(desk.protocols).toEqual(['1.2 v12.stomp']);
    expect(wsimd.isAccelerated(desk.sockets[0])).toBe(WebSocket === wsimd.WebSocket);
    await until(() => desk.safe.size === BODIES.length, 'all receipts');
    await desk.leave();
  }
});

it('refuses a larger order than the broker takes, before it is sent', async () => {
  const desk = customer(wsimd.WebSocket);
  expect(() => desk.place(new Uint8Array(LARGEST + 1))).toThrow('may have 4194304 bytes');
  const [answer] = await answersTo(desk, [new Uint8Array(LARGEST)]);
  expect(answer.bytes).toBe(LARGEST);
  await desk.leave();
});

it('says that the broker refuses a wrong passcode, once', async () => {
  const troubles = [];
  const options = { ...settings, passcode: 'wrong', WebSocket: wsimd.WebSocket };
  const { client } = openDesk({ ...options, onTrouble: (reason) => troubles.push(reason) });
  let connections = 0;
  client.beforeConnect = () => void connections++;
  await until(() => connections > 1, 'a second attempt');
  expect(troubles).toEqual([
    expect.stringMatching(/^The broker refuses: Bad CONNECT.*Access refused/s),
  ]);
  await client.deactivate();
});

it('puts away an order that cannot be answered, and tells so, and goes on', async () => {
  const desk = customer(wsimd.WebSocket);
  await until(() => desk.protocols.length, 'a connection');
  const headers = { 'order-id': '1', 'reply-to': '/queue/orders' };
  desk.desk.client.publish({ destination: '/queue/orders', headers, body: 'round and round' });
  await answersTo(desk, ['the next one']);
  const told = program.output.match(
    /cannot be answered is put away: order-id 1, reply-to \/queue\/orders/g,
  );
  expect(told).toHaveLength(1);
  await desk.leave();
});

it('loses no order when a worker is killed in the middle of them', async () => {
  const desk = customer(wsimd.WebSocket);
  await answersTo(desk, ['the first']);
  const before = processOf('Worker');
  const answers = answersTo(
    desk,
    Array.from({ length: 500 }, (_, i) => `${i}`),
  );
  await until(() => desk.answers.size > 10, 'some answers');
  process.kill(before, 'SIGKILL');
  expect((await answers).map(({ sha256 }) => sha256)).toEqual(
    Array.from({ length: 500 }, (_, i) => seal(`${i}`)),
  );
  expect(processOf('Worker')).not.toBe(before);
  await desk.leave();
}, 60_000);

it('notices by its heartbeats that the broker is silent, and comes back when it is not', async () => {
  const desk = customer(wsimd.WebSocket);
  await answersTo(desk, ['the first']);
  process.kill(processOf('Broker'), 'SIGSTOP');
  try {
    await until(() => desk.troubles.length, 'the silence to be noticed', 30_000);
  } finally {
    process.kill(processOf('Broker'), 'SIGCONT');
  }
  expect(desk.troubles[0]).toMatch(/^The broker has fallen silent/);
  await answersTo(desk, ['the second']);
  await desk.leave();
}, 60_000);

it('loses no order when the broker is killed: not one it has a receipt for, not one placed meanwhile', async () => {
  const desk = customer(wsimd.WebSocket);
  await answersTo(desk, ['the first']);
  const before = processOf('Broker');
  const bodies = Array.from({ length: 1000 }, (_, i) => `${i}번`);
  const answers = answersTo(desk, bodies);
  await until(() => desk.safe.size > 100, 'some receipts');
  process.kill(before, 'SIGKILL');
  await until(() => desk.troubles.length, 'the end to be noticed');
  const meanwhile = answersTo(desk, ['그동안의 주문']);
  await open.page.waitForFunction(() => /Orders wait in this page/.test(document.body.textContent));
  await open.page.click('#many');

  expect((await answers).map(({ sha256 }) => sha256)).toEqual(bodies.map(seal));
  expect(await meanwhile).toHaveLength(1);
  await open.page.waitForFunction(() => /101 answered/.test(document.body.textContent));
  expect(program.output).toMatch(/Broker ended with SIGKILL; it is started again/);
  await until(() => processOf('Broker') !== before, 'its new process to be told');
  await desk.leave();
}, 120_000);

it('sends large orders and files from the page, and every answer is of the bytes sent', async () => {
  const { page, problems } = open;
  await page.click('#large');
  await (await page.$('#file')).uploadFile(main);
  await page.waitForFunction(() => /103 answered/.test(document.body.textContent));
  const table = await textOf(page, '#orders');
  expect(table).toContain('1048572 bytes, unharmed');
  expect(table).not.toContain('CHANGED');
  expect(await textOf(page, '#state')).toContain('by v12.stomp');
  expect(problems).toEqual([]);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await fitsPhone(page)).toBe(true);
});
