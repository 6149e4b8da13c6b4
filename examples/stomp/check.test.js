// End-to-end tests of the broker, the worker and the page as `npm run example -- stomp` starts them.

import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as ws from 'ws';
import * as wsimd from 'wsimd/ws';
import { accessibilityProblems, fitsPhone, openPage, textOf } from '../support/browser.js';
import { start, until } from '../support/programs.js';
import { openDesk } from './desk/desk.js';
import { LARGEST } from './desk/outbox.js';

const SLOWLY = 60_000; // the broker starts in four seconds, or much longer on a busy machine
const main = fileURLToPath(new URL('main.js', import.meta.url));

let program;
let settings;
let open; // the page

/** The id of the latest process of that name in the output of main.js. */
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

/** A customer in Node that records events. `class_` is the WebSocket class of ws or wsimd. */
function customer(class_) {
  const received = {
    safe: new Set(),
    answers: new Map(),
    troubles: [],
    protocols: [],
    sockets: [],
  };
  const desk = openDesk({
    ...settings,
    WebSocket: class_,
    onSafe: (id) => received.safe.add(id),
    onAnswer(id, answer) {
      expect(received.answers.has(id)).toBe(false);
      received.answers.set(id, answer);
    },
    onTrouble: (reason) => received.troubles.push(reason),
    onUp({ connectedVersion, webSocket }) {
      received.protocols.push(`${connectedVersion} ${webSocket.protocol}`);
      received.sockets.push(webSocket);
    },
  });
  return { ...received, desk, place: desk.place, leave: () => desk.client.deactivate() };
}

async function answersTo(desk, bodies) {
  const ids = bodies.map((body) => desk.place(body));
  await until(() => ids.every((id) => desk.answers.has(id)), 'all answers', SLOWLY);
  return ids.map((id) => desk.answers.get(id));
}

it('reports a missing broker at startup and keeps orders until it is up', async () => {
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

it('gives the same answers on wsimd and ws: Korean, 1 MiB, NUL, binary', async () => {
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

it('refuses an order that is too large without sending it', async () => {
  const desk = customer(wsimd.WebSocket);
  expect(() => desk.place(new Uint8Array(LARGEST + 1))).toThrow('at most 4194304 bytes');
  const [answer] = await answersTo(desk, [new Uint8Array(LARGEST)]);
  expect(answer.bytes).toBe(LARGEST);
  await desk.leave();
});

it('reports a wrong passcode once', async () => {
  const troubles = [];
  const options = { ...settings, passcode: 'wrong', WebSocket: wsimd.WebSocket };
  const { client } = openDesk({ ...options, onTrouble: (reason) => troubles.push(reason) });
  let connections = 0;
  client.beforeConnect = () => void connections++;
  await until(() => connections > 1, 'a second attempt');
  expect(troubles).toEqual([
    expect.stringMatching(/^The broker refused the connection: Bad CONNECT.*Access refused/s),
  ]);
  await client.deactivate();
});

it('rejects and logs an order without a valid reply address, and continues', async () => {
  const desk = customer(wsimd.WebSocket);
  await until(() => desk.protocols.length, 'a connection');
  const headers = { 'order-id': '1', 'reply-to': '/queue/orders' };
  desk.desk.client.publish({ destination: '/queue/orders', headers, body: 'round and round' });
  await answersTo(desk, ['the next one']);
  const logged = program.output.match(
    /Rejected an order without a valid reply address: order-id 1, reply-to \/queue\/orders/g,
  );
  expect(logged).toHaveLength(1);
  await desk.leave();
});

it('loses no order when a worker is killed under load', async () => {
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

it('detects a hanging broker by missed heartbeats, and reconnects', async () => {
  const desk = customer(wsimd.WebSocket);
  await answersTo(desk, ['the first']);
  process.kill(processOf('Broker'), 'SIGSTOP');
  try {
    await until(() => desk.troubles.length, 'the missed heartbeats', 30_000);
  } finally {
    process.kill(processOf('Broker'), 'SIGCONT');
  }
  expect(desk.troubles[0]).toMatch(/^The broker stopped responding/);
  await answersTo(desk, ['the second']);
  await desk.leave();
}, 60_000);

it('loses no order when the broker is killed, with or without a receipt', async () => {
  const desk = customer(wsimd.WebSocket);
  await answersTo(desk, ['the first']);
  const before = processOf('Broker');
  const bodies = Array.from({ length: 1000 }, (_, i) => `${i}번`);
  const answers = answersTo(desk, bodies);
  await until(() => desk.safe.size > 100, 'some receipts');
  process.kill(before, 'SIGKILL');
  await until(() => desk.troubles.length, 'the disconnect');
  const meanwhile = answersTo(desk, ['그동안의 주문']);
  await open.page.waitForFunction(() => /Orders wait on this page/.test(document.body.textContent));
  await open.page.click('#many');

  expect((await answers).map(({ sha256 }) => sha256)).toEqual(bodies.map(seal));
  expect(await meanwhile).toHaveLength(1);
  await open.page.waitForFunction(() => /101 answered/.test(document.body.textContent));
  expect(program.output).toMatch(/Broker exited with SIGKILL; restarting it/);
  await until(() => processOf('Broker') !== before, 'its new process');
  await desk.leave();
}, 120_000);

it('sends large orders and files from the page, with matching answers', async () => {
  const { page, problems } = open;
  await page.click('#large');
  await (await page.$('#file')).uploadFile(main);
  await page.waitForFunction(() => /103 answered/.test(document.body.textContent));
  const table = await textOf(page, '#orders');
  expect(table).toContain('1048572 bytes, intact');
  expect(table).not.toContain('CHANGED');
  expect(await textOf(page, '#state')).toContain('with v12.stomp');
  expect(problems).toEqual([]);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await fitsPhone(page)).toBe(true);
});
