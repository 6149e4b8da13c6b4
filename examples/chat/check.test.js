// End-to-end tests of the chat: pages in a real browser, and the same client in Node.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../support/browser.js';
import { until } from '../support/programs.js';
import { network, Person, startServer } from './check-support.js';

const MAIN = new URL('main.js', import.meta.url);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const stops = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

async function person(url, name, room, options) {
  const one = new Person(url, name, options);
  stops.push(() => one.client.close());
  return one.enter(room);
}

describe('the page in a browser', () => {
  let server;
  let browser;
  let kim;
  let zoe;
  const textOf = (page, selector) =>
    page.$$eval(selector, (all) => all.map((one) => one.textContent).join());
  const shows = (page, selector, text) =>
    until(async () => (await textOf(page, selector)).includes(text), `${selector} shows ${text}`);

  async function open(name, { port } = server) {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/?name=${encodeURIComponent(name)}`);
    await shows(page, '#status', 'connected');
    return page;
  }

  beforeAll(async () => {
    server = await startServer(MAIN, { RATE: '1000', BURST: '1000' });
    stops.push(() => server.stop());
    browser = await startBrowser();
    stops.push(() => browser.close());
    kim = await open('김철수');
    zoe = await open('Zoë');
  });

  it('greets the user of an empty room', async () => {
    const isShown = () => kim.$eval('.empty', ({ hidden }) => !hidden);
    expect(await textOf(kim, '.empty')).toBe('No messages yet. Say hello!');
    expect(await isShown()).toBe(true);
    // Set, not typed: the page limits how often it sends typing events.
    await kim.$eval('#text', (area) => {
      area.value = 'hello';
    });
    await kim.$eval('#say', (form) => form.requestSubmit());
    await shows(kim, '.log .mine', 'hello');
    expect(await isShown()).toBe(false);
  });

  it('delivers Korean and emoji, and shows presence and typing', async () => {
    await shows(kim, 'aside', '2 here');
    await shows(kim, 'aside', 'Zoë');
    await kim.type('#text', '안');
    await shows(zoe, '#typing', '김철수 is typing');
    await kim.type('#text', '녕하세요 👩‍👩‍👧‍👦 <b>🇰🇷</b>');
    await kim.keyboard.press('Enter');
    await shows(zoe, '.log', '안녕하세요 👩‍👩‍👧‍👦 <b>🇰🇷</b>');
    await shows(kim, '.log .mine', '안녕하세요');
    expect(await textOf(kim, '.waiting')).toBe('');
  });

  it('shows a new user the last 50 messages', async () => {
    const writer = await person(server.url, 'writer');
    for (let i = 1; i <= 60; i++) writer.client.say('lobby', `line ${i}`);
    await until(() => writer.kept.size === 60, 'all to be stored');
    const late = await open('late');
    const lines = await until(
      () =>
        late.$$eval('.log li p', (items) => items.length >= 50 && items.map((p) => p.textContent)),
      'the history',
    );
    expect(lines).toEqual(Array.from({ length: 50 }, (_, i) => `line ${i + 11}`));
  });

  it('shows why the server shut down, and reconnects to its successor', async () => {
    await server.stop();
    expect(server.child.exitCode).toBe(0);
    await shows(kim, '#notice', 'The server is restarting.');
    await kim.type('#text', 'sent while offline');
    await kim.keyboard.press('Enter');
    await shows(kim, '.waiting', 'sending…');
    server = await startServer(MAIN, { PORT: String(server.port) });
    stops.push(() => server.stop());
    await shows(zoe, '.log', 'sent while offline');
    await shows(zoe, '.log', 'The server lost its history.');
    await shows(kim, '#status', 'connected');
    expect(await kim.$eval('#notice', ({ hidden }) => hidden)).toBe(true);
  });

  it('reports the rate limit, and sends the rest more slowly', async () => {
    const strict = await startServer(MAIN, { RATE: '2', BURST: '5' });
    stops.push(() => strict.stop());
    const page = await open('fast', strict);
    await page.evaluate(() => {
      for (let i = 0; i < 8; i++) {
        document.getElementById('text').value = `fast ${i}`;
        document.getElementById('say').requestSubmit();
      }
    });
    await shows(page, '.waiting', 'You are sending too fast');
    await shows(page, '.log', 'fast 7');
    const texts = await page.$$eval('.log p', (items) => items.map((p) => p.textContent));
    expect(texts).toEqual(Array.from({ length: 8 }, (_, i) => `fast ${i}`));
  });

  it('keeps a message that is too long editable, with the reason', async () => {
    await kim.bringToFront();
    await kim.$eval('#text', (area) => {
      area.value = 'x'.repeat(2001);
    });
    await kim.click('#say > button');
    await shows(kim, '.waiting .refused', 'The message has 2001 characters; the maximum is 2000.');
  });

  it('blocks injected inline scripts', async () => {
    const title = await kim.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "injected"';
      document.head.append(script);
      return document.title;
    });
    expect(title).toBe('Chat');
  });

  it.each(['light', 'dark'])('passes axe in %s mode', async (value) => {
    const page = await browser.newPage();
    await page.setBypassCSP(true);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    await page.goto(`http://127.0.0.1:${server.port}/?name=Axe`);
    await shows(page, '#status', 'connected');
    // More lines than fit, so that the log scrolls. It must be reachable by keyboard.
    await page.type('#text', 'hello');
    for (let i = 0; i < 30; i++) {
      await page.keyboard.down('Shift');
      await page.keyboard.press('Enter');
      await page.keyboard.up('Shift');
    }
    await page.type('#text', 'the end');
    await page.keyboard.press('Enter');
    await shows(page, '.log .mine', 'the end');
    await page.evaluate(AXE);
    const { violations } = await page.evaluate('axe.run()');
    expect(violations).toEqual([]);
  });
});

describe('on an unreliable network', () => {
  let server;
  let between;

  beforeAll(async () => {
    server = await startServer(MAIN, { RATE: '1000', BURST: '1000', BEAT_MS: '400' });
    stops.push(() => server.stop());
    between = await network(server.port);
    stops.push(() => between.close());
  });

  it('loses and duplicates no message across connection resets', async () => {
    const names = ['ada', 'bob', 'eve'];
    const people = await Promise.all(names.map((name) => person(between.url, name, 'cut')));
    const witness = await person(server.url, 'witness', 'cut');
    for (let i = 0; i < 100; i++) {
      for (const one of people) one.client.say('cut', `${i}`);
      if (i % 10 === 9) between.cut();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => people.every(({ kept }) => kept.size === 100), 'all to be stored');
    await until(() => people.every(({ log }) => log.length >= 300), 'all to be delivered');
    for (const one of people) {
      expect(one.status.filter(({ status }) => status === 'open').length).toBeGreaterThan(1);
      expect(one.log.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
      expect(one.texts).toEqual(witness.texts);
    }
    for (const name of names) {
      const texts = witness.log.filter((message) => message.name === name).map(({ text }) => text);
      expect(texts).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
    }
  });

  it('resumes with more messages than one reply holds, in order', async () => {
    const away = await person(between.url, 'away', 'long', { beat: 200 });
    const writer = await person(server.url, 'writer', 'long');
    between.silence(true);
    between.cut();
    for (let i = 1; i <= 350; i++) writer.client.say('long', `${i}`);
    await until(() => writer.kept.size === 350, 'all to be stored');
    between.silence(false);
    await until(() => away.log.length >= 350, 'all to be delivered');
    expect(away.log.map(({ seq }) => seq)).toEqual(Array.from({ length: 350 }, (_, i) => i + 1));
    expect(away.missed).toBe(0);
  });

  it('detects a dead peer within two heartbeats at both ends', async () => {
    const one = await person(between.url, 'far', 'far', { beat: 400 });
    // Two beats are 800 ms; a busy machine may need ten times as long.
    between.silence(true);
    await Promise.all([
      until(() => /is dead: silent/.test(server.output), 'the server to notice', 8000),
      until(() => one.status.some(({ why }) => /server was silent/.test(why)), 'the client', 8000),
    ]);
    between.silence(false);
    await until(() => one.isOpen, 'the client to reconnect');
  });
});
