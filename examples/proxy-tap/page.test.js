// Tests of the proxy's page in a real Chromium.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../support/browser.js';
import { until } from '../support/programs.js';
import { open, opened, openTcp, REQUEST, startEcho, startProxy } from './ends.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the page', () => {
  let browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('shows traffic, inflates messages, passes axe, and reports a lost proxy', async () => {
    const proxy = await startProxy(await startEcho({ perMessageDeflate: { threshold: 0 } }));
    const page = await browser.newPage();
    opened.push(() => page.close());
    await page.setViewport({ width: 390, height: 844 });
    await page.goto(proxy.page);
    const shows = (text) =>
      until(async () => (await page.$eval('main', (main) => main.innerText)).includes(text), text);
    await shows('Watching.');

    const plain = open(`${proxy.url}/plain`, { perMessageDeflate: false });
    plain.on('open', () => plain.send('{"안녕":"하세요"}'));
    await shows('{"안녕":"하세요"}');
    const packed = open(`${proxy.url}/packed`);
    packed.on('open', () => packed.send('again '.repeat(50)));
    await shows('(deflated 300 B)');
    await shows('again again');
    const careless = openTcp(proxy.port);
    careless.write(REQUEST);
    careless.once('data', () => careless.write(Buffer.from([0x81, 0x01, 0x41])));
    await shows('a client must mask its frames');

    for (const value of ['dark', 'light']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

    await proxy.stop('SIGKILL');
    await shows('The proxy is unreachable.');
  });

  it('answers 404 for a path that is not a valid URL, without crashing', async () => {
    const proxy = await startProxy(await startEcho());
    expect((await fetch(`${proxy.page}/`)).status).toBe(404);
    await once(open(proxy.url), 'open');
  });

  it('rejects a WebSocket from another origin', async () => {
    const { page } = await startProxy(await startEcho());
    const url = `${page.replace('http', 'ws')}events`;
    const [{ message }] = await once(open(url, { origin: 'http://evil.example' }), 'error');
    expect(message).toBe('Unexpected server response: 403');
    await once(open(url, { origin: new URL(page).origin }), 'open');
  });

  it('rejects requests for another host name', async () => {
    const { page } = await startProxy(await startEcho());
    const headers = { host: 'evil.example' };
    for (const path of ['', 'status']) {
      const [response] = await once(get(`${page}${path}`, { headers }), 'response');
      expect(response.resume().statusCode).toBe(403);
    }
    const origin = 'http://evil.example';
    const events = open(`${page.replace('http', 'ws')}events`, { headers, origin });
    const [{ message }] = await once(events, 'error');
    expect(message).toBe('Unexpected server response: 403');
  });
});
