// The feed does what its README says: real servers, real clients, a real Chromium.

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

/** Reads the feed into a book, and what is `told` into a list. */
function read(reader, url, book = new Book()) {
  const seen = { book, told: [], over: undefined };
  seen.connection = READERS[reader](url, {
    text(message) {
      book.told(message);
      seen.told.push(JSON.parse(message));
    },
    tick: (bytes, at) => book.tick(bytes, at),
    over: (why) => (seen.over = why),
  });
  opened.push(seen.connection);
  return seen;
}

const nothingMissing = { lost: 0, outOfOrder: 0 };

describe('the sequence', () => {
  const tickOf = (sequence) => {
    const bytes = new Uint8Array(TICK_BYTES);
    writeTick(bytes, 0, sequence, Date.now(), 100, 0);
    return bytes;
  };

  it('is checked: what is lost, doubled or out of order is noticed', () => {
    const book = new Book();
    book.told('{"type":"hello","instruments":["금"]}');
    book.told('{"type":"live","after":10}');
    for (const sequence of [11, 12, 15, 16, 16, 14]) book.tick(tickOf(sequence), 0);
    expect(book).toMatchObject({ last: 16, lost: 2, outOfOrder: 2 });
  });

  it.each(Object.keys(READERS))('is whole as %s reads it, at 50,000 a second', async (reader) => {
    const { url } = await serve(await freePort(), '--rate', 50_000, '--lag-time', 60_000);
    const { book } = read(reader, url);
    await until(() => book.received >= 20_000, '20,000 ticks');
    expect(book).toMatchObject({ ...nothingMissing, skipped: 0, mode: 'live' });
  });
});

/** A book that remembers every tick, to tell what the newest of each instrument was at any of them. */
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
  it('costs the server no memory, is told, and has every newest price when it is back', async () => {
    const limit = 65_536;
    const rate = 100_000;
    const flags = ['--rate', rate, '--lag-bytes', limit, '--lag-time', 60_000];
    const server = await serve(await freePort(), ...flags);
    const log = read('decoder-borrowed', server.url, new Log()).book;
    const slow = read('decoder-borrowed', server.url);
    await until(() => log.mode === 'live' && slow.book.mode === 'live', 'both live');
    slow.connection.pause();
    await until(async () => (await server.status()).clients.some(({ lags }) => lags > 0), 'a lag');

    // What waits is the limit and one batch at most, which is a tenth of a second: it does not grow.
    const { sequence } = await server.status();
    await until(
      async () => (await server.status()).sequence > sequence + rate,
      'ticks of a second',
    );
    const waiting = (await server.status()).clients.map(({ bufferedAmount }) => bufferedAmount);
    expect(Math.max(...waiting)).toBeGreaterThan(0);
    expect(Math.max(...waiting)).toBeLessThan(limit + (rate / 10) * (TICK_BYTES + 2) + 1024);

    let atReturn;
    const told = slow.book.told.bind(slow.book);
    slow.book.told = (message) => {
      told(message);
      if (slow.book.mode === 'live')
        atReturn ??= [slow.book.last, Float64Array.from(slow.book.prices)];
    };
    slow.connection.resume();
    const [last, prices] = await until(() => atReturn, 'live again');
    await until(() => log.last > last, 'the other client is as far');
    expect(slow.told.map(({ type }) => type)).toEqual(['hello', 'live', 'lagging', 'live']);
    expect(prices).toEqual(log.pricesAt(last));
    expect(slow.book).toMatchObject(nothingMissing);
    expect(slow.book.skipped).toBeGreaterThan(rate / 2);
    expect(log).toMatchObject({ ...nothingMissing, skipped: 0 });
  });

  it('that answers what it has not read is no quicker for it, and cut off', async () => {
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
    await until(() => /answered nothing for 1 s: it is cut off/.test(server.output), 'cut');
    clearInterval(answering);
  });

  it('that takes nothing at all is cut off, and the operator is told', async () => {
    const server = await serve(await freePort(), '--patience', 1);
    const slow = read('wsimd/ws', server.url);
    await until(() => slow.book.mode === 'live', 'live');
    slow.connection.pause();
    await until(() => /answered nothing for 1 s: it is cut off/.test(server.output), 'cut');
    expect((await server.status()).clients).toEqual([]);
  });
});

describe('a person is told', () => {
  const failing = (program, ...args) =>
    start(process.execPath, [program, ...args], { ready: /never/ }).catch(({ message }) => message);

  it('that the port is in use', async () => {
    const port = await freePort();
    await serve(port);
    expect(await failing(main, '--port', `${port}`)).toContain(`127.0.0.1:${port} is in use`);
  });

  it.each([
    ['--rate', 'fast', '--rate is a whole number from 1 to 1000000, not "fast"'],
    ['--rate', '0', '--rate is a whole number from 1 to 1000000, not "0"'],
    ['--port', '99999', '--port is a whole number from 0 to 65535, not "99999"'],
    ['--library', 'uws', '--library is one of wsimd/ws, ws, not "uws"'],
    ['--colour', 'red', "Unknown option '--colour'"],
  ])('that %s %s is wrong', async (flag, value, message) => {
    const said = await failing(main, flag, value);
    expect(said).toContain(`ended with 2:\n${message}`);
    expect(said).not.toContain('    at ');
  });

  it('that there is nothing where a path is no URL, and the feed goes on', async () => {
    const port = await freePort();
    const server = await serve(port);
    expect((await fetch(`http://127.0.0.1:${port}//`)).status).toBe(404);
    expect((await server.status()).clients).toEqual([]);
  });

  it('by the client why there is no feed, and it comes back when the feed does', async () => {
    const port = await freePort();
    const args = [client, '--url', `ws://127.0.0.1:${port}/feed`];
    const program = await start(process.execPath, args, { ready: /ECONNREFUSED.*again in \d+ ms/ });
    opened.push(program);
    const server = await serve(port);
    await until(() => /every tick from/.test(program.output), 'live');
    await server.stop('SIGKILL');
    await until(() => /feed: the connection was cut; again in/.test(program.output), 'noticed');
    await serve(port);
    await until(() => program.output.match(/every tick from/g).length === 2, 'live again');
    await until(
      () => /ticks\/s, live.*lost 0, out of order 0/.test(program.output),
      'nothing lost',
    );
  });

  it('by the client that the feed says nothing, and it comes back when it does', async () => {
    const server = await serve(await freePort());
    const program = await start(process.execPath, [client, '--url', server.url], {
      ready: /every tick from/,
    });
    opened.push(program);
    server.child.kill('SIGSTOP');
    try {
      await until(() => /nothing was heard for 5 s/.test(program.output), 'noticed');
    } finally {
      server.child.kill('SIGCONT');
    }
    await until(() => program.output.match(/every tick from/g).length === 2, 'live again');
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

  it('shows prices and rates, writes far less than it reads, and comes back with the server', async () => {
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
    await until(async () => (await textOf(page, 'status')).includes('The server is away'), 'away');
    await serve(port, '--rate', rate);
    await until(async () => (await textOf(page, 'status')).includes('Live'), 'live again');
    expect(await numberOf(page, 'lost')).toBe(0);
    expect(await numberOf(page, 'outOfOrder')).toBe(0);
  });

  it('says when it reads too slowly, and still shows the newest prices', async () => {
    const port = await freePort();
    const server = await serve(port, '--lag-time', 200);
    const page = await browser.newPage();
    opened.push({ stop: () => page.close() });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.click('#slow');
    await until(async () => (await server.status()).clients.some(({ lags }) => lags > 0), 'a lag');
    await page.click('#slow');
    await until(async () => (await numberOf(page, 'skipped')) > 0, 'left out');
    expect(await numberOf(page, 'lost')).toBe(0);
  });

  it('is accessible, in light and dark, and fits a phone', async () => {
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
