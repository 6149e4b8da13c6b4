// End-to-end tests of the feed: real servers, real clients, a real Chromium.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'wsimd/ws';
import { startBrowser } from '../support/browser.js';
import { freePort, start, until } from '../support/programs.js';
import { Book } from './page/book.js';
import { readTick, TICK_BYTES, writeTick } from './page/tick.js';
import { READERS } from './readers.js';

const main = fileURLToPath(new URL('main.js', import.meta.url));
const client = fileURLToPath(new URL('client.js', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const opened = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await (one.stop?.() ?? one.close());
});

async function serve(port, ...flags) {
  const args = [main, '--port', `${port}`, ...flags.map(String)];
  const server = await start(process.execPath, args, { ready: /page: +http/ });
  opened.push(server);
  const status = async () => (await fetch(`http://127.0.0.1:${port}/status`)).json();
  return Object.assign(server, { url: `ws://127.0.0.1:${port}/feed`, status });
}

/** Reads the feed into a book, and the server's text messages into `texts`. */
function read(reader, url, book = new Book()) {
  const seen = { book, texts: [], ended: undefined };
  seen.connection = READERS[reader](url, {
    text(message) {
      book.receive(message);
      seen.texts.push(JSON.parse(message));
    },
    tick: (bytes, at) => book.tick(bytes, at),
    ended: (why) => (seen.ended = why),
  });
  opened.push(seen.connection);
  return seen;
}

const nothingMissing = { lost: 0, outOfOrder: 0 };

describe('sequence numbers', () => {
  const tickOf = (sequence) => {
    const bytes = new Uint8Array(TICK_BYTES);
    writeTick(bytes, 0, sequence, Date.now(), 100, 0);
    return bytes;
  };

  it('count lost, duplicated and reordered ticks', () => {
    const book = new Book();
    book.receive('{"type":"hello","instruments":["금"]}');
    book.receive('{"type":"live","after":10}');
    for (const sequence of [11, 12, 15, 16, 16, 14]) book.tick(tickOf(sequence), 0);
    expect(book).toMatchObject({ last: 16, lost: 2, outOfOrder: 2 });
  });

  it.each(Object.keys(READERS))(
    'have no gaps when read by %s at 50,000 per second',
    async (reader) => {
      const { url } = await serve(await freePort(), '--rate', 50_000, '--lag-time', 60_000);
      const { book } = read(reader, url);
      await until(() => book.received >= 20_000, '20,000 ticks');
      expect(book).toMatchObject({ ...nothingMissing, skipped: 0, mode: 'live' });
    },
  );
});

/** A book that records every tick, so that the latest prices at any sequence number are known. */
class Log extends Book {
  first = 0;
  ticks = [];

  tick(bytes, at) {
    super.tick(bytes, at);
    const tick = {};
    readTick(bytes, at, tick);
    if (this.mode === 'live') this.first ||= tick.sequence;
    this.ticks.push(tick);
  }

  pricesAt(sequence) {
    const prices = new Float64Array(this.instruments.length);
    for (const tick of this.ticks) {
      if (tick.sequence <= sequence) prices[tick.instrument] = tick.price;
    }
    return prices;
  }
}

describe('a slow client', () => {
  it('is told, costs the server no memory, and has the latest prices once it catches up', async () => {
    const limit = 65_536;
    const rate = 100_000;
    const flags = ['--rate', rate, '--lag-bytes', limit, '--lag-time', 60_000];
    const server = await serve(await freePort(), ...flags);
    const log = read('decoder-borrowed', server.url, new Log()).book;
    const slow = read('decoder-borrowed', server.url);
    await until(() => log.mode === 'live' && slow.book.mode === 'live', 'both live');
    slow.connection.pause();
    await until(async () => (await server.status()).clients.some(({ lags }) => lags > 0), 'a lag');

    // At most the limit and one batch (a tenth of a second of ticks) is buffered. The amount does not grow.
    const { sequence } = await server.status();
    await until(
      async () => (await server.status()).sequence > sequence + rate,
      'ticks of a second',
    );
    const waiting = (await server.status()).clients.map(({ bufferedAmount }) => bufferedAmount);
    expect(Math.max(...waiting)).toBeGreaterThan(0);
    expect(Math.max(...waiting)).toBeLessThan(limit + (rate / 10) * (TICK_BYTES + 2) + 1024);

    let atReturn;
    const receive = slow.book.receive.bind(slow.book);
    slow.book.receive = (message) => {
      receive(message);
      if (slow.book.mode === 'live')
        atReturn ??= [slow.book.last, Float64Array.from(slow.book.prices)];
    };
    slow.connection.resume();
    const [last, prices] = await until(() => atReturn, 'live again');
    await until(() => log.last > last, 'the other client to catch up');
    expect(slow.texts.map(({ type }) => type)).toEqual(['hello', 'live', 'lagging', 'live']);
    expect(prices).toEqual(log.pricesAt(last));
    expect(slow.book).toMatchObject(nothingMissing);
    expect(slow.book.skipped).toBeGreaterThan(rate / 2);
    expect(log).toMatchObject({ ...nothingMissing, skipped: 0 });
  });

  it('is disconnected after --patience even if it sends unsolicited pongs', async () => {
    const flags = [
      '--patience',
      1,
      '--lag-bytes',
      65_536,
      '--rate',
      200_000,
      '--instruments',
      1000,
    ];
    const server = await serve(await freePort(), ...flags);
    const socket = new WebSocket(server.url);
    opened.push({ close: () => socket.terminate() });
    await once(socket, 'open');
    socket.pause();
    const answering = setInterval(() => socket.pong(), 10);
    await until(
      () => /did not answer for 1 s: disconnecting it/.test(server.output),
      'the disconnect',
    );
    clearInterval(answering);
  });

  it('is disconnected after --patience if it reads nothing, with a log line', async () => {
    const server = await serve(await freePort(), '--patience', 1);
    const slow = read('wsimd/ws', server.url);
    await until(() => slow.book.mode === 'live', 'live');
    slow.connection.pause();
    await until(
      () => /did not answer for 1 s: disconnecting it/.test(server.output),
      'the disconnect',
    );
    expect((await server.status()).clients).toEqual([]);
  });
});

describe('errors', () => {
  const failing = (program, ...args) =>
    start(process.execPath, [program, ...args], { ready: /never/ }).catch(({ message }) => message);

  it('reports a port in use', async () => {
    const port = await freePort();
    await serve(port);
    expect(await failing(main, '--port', `${port}`)).toContain(`127.0.0.1:${port} is in use`);
  });

  it.each([
    ['--rate', 'fast', '--rate must be an integer from 1 to 1000000, got "fast"'],
    ['--rate', '0', '--rate must be an integer from 1 to 1000000, got "0"'],
    ['--port', '99999', '--port must be an integer from 0 to 65535, got "99999"'],
    ['--library', 'uws', '--library must be one of wsimd/ws, ws, got "uws"'],
    ['--colour', 'red', "Unknown option '--colour'"],
  ])('rejects %s %s', async (flag, value, message) => {
    const output = await failing(main, flag, value);
    expect(output).toContain(`exited with 2:\n${message}`);
    expect(output).not.toContain('    at ');
  });

  it('answers 404 for a path that is not a valid URL, without crashing', async () => {
    const port = await freePort();
    const server = await serve(port);
    expect((await fetch(`http://127.0.0.1:${port}//`)).status).toBe(404);
    expect((await server.status()).clients).toEqual([]);
  });

  it('logs why the feed is unreachable, and reconnects', async () => {
    const port = await freePort();
    const args = [client, '--url', `ws://127.0.0.1:${port}/feed`];
    const program = await start(process.execPath, args, {
      ready: /ECONNREFUSED.*reconnecting in \d+ ms/,
    });
    opened.push(program);
    const server = await serve(port);
    await until(() => /receiving every tick from/.test(program.output), 'live');
    await server.stop('SIGKILL');
    await until(
      () => /feed: the connection was cut; reconnecting in/.test(program.output),
      'the client to notice',
    );
    await serve(port);
    await until(
      () => program.output.match(/receiving every tick from/g).length === 2,
      'live again',
    );
    await until(
      () => /ticks\/s, live.*lost 0, out of order 0/.test(program.output),
      'nothing lost',
    );
  });

  it('logs that the feed is silent, and reconnects', async () => {
    const server = await serve(await freePort());
    const program = await start(process.execPath, [client, '--url', server.url], {
      ready: /receiving every tick from/,
    });
    opened.push(program);
    server.child.kill('SIGSTOP');
    try {
      await until(() => /no data for 5 s/.test(program.output), 'the client to notice');
    } finally {
      server.child.kill('SIGCONT');
    }
    await until(
      () => program.output.match(/receiving every tick from/g).length === 2,
      'live again',
    );
  });
});

describe('the page', () => {
  let browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const textOf = (page, id) => page.$eval(`#${id}`, ({ textContent }) => textContent);
  const numberOf = async (page, id) => Number((await textOf(page, id)).replaceAll(',', ''));

  it('shows prices and rates, throttles DOM updates, and reconnects', async () => {
    const port = await freePort();
    const rate = 20_000;
    const server = await serve(port, '--rate', rate);
    const page = await browser.newPage();
    opened.push({ stop: () => page.close() });
    await page.goto(`http://127.0.0.1:${port}/`);
    await until(async () => (await numberOf(page, 'rate')) > rate / 4, 'a rate');
    expect(await page.$$eval('#rows tr', (rows) => rows.length)).toBe(12);
    expect(await page.$eval('#rows th', ({ textContent }) => textContent)).toBe('금 Gold');
    expect(await textOf(page, 'status')).toContain('Live');

    const writes = await page.evaluate(
      () =>
        new Promise((resolve) => {
          let count = 0;
          const observer = new MutationObserver((records) => (count += records.length));
          observer.observe(document.body, { childList: true, characterData: true, subtree: true });
          setTimeout(() => resolve(count), 2000);
        }),
    );
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThan((rate * 2) / 4);

    await server.stop('SIGKILL');
    await until(
      async () => (await textOf(page, 'status')).includes('The server is unreachable'),
      'the loss of the server',
    );
    await serve(port, '--rate', rate);
    await until(async () => (await textOf(page, 'status')).includes('Live'), 'live again');
    expect(await numberOf(page, 'lost')).toBe(0);
    expect(await numberOf(page, 'outOfOrder')).toBe(0);
  });

  it('shows that it reads too slowly, and keeps the latest prices', async () => {
    const port = await freePort();
    const server = await serve(port, '--lag-time', 200);
    const page = await browser.newPage();
    opened.push({ stop: () => page.close() });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.click('#slow');
    await until(async () => (await server.status()).clients.some(({ lags }) => lags > 0), 'a lag');
    await page.click('#slow');
    await until(async () => (await numberOf(page, 'skipped')) > 0, 'skipped ticks');
    expect(await numberOf(page, 'lost')).toBe(0);
  });

  it('passes axe in light and dark mode, and fits a phone', async () => {
    const port = await freePort();
    await serve(port);
    const page = await browser.newPage();
    opened.push({ stop: () => page.close() });
    await page.setViewport({ width: 390, height: 844 });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('#rows tr');
    await page.evaluate(axe);
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
});
