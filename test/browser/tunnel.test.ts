// A page speaks WebSocket with this codec over a byte stream, bridged to TCP, to a server on stock ws.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'puppeteer-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type WebSocket from 'ws';
import { WebSocketServer } from 'ws';
import { start } from '../support/browsers.ts';
import { startBridge } from './tunnel/bridge.ts';

const FLOOD = 200;

/** What of the page's is called from here. */
interface Talk {
  open(bridge: string, backend: 'wasm' | 'js'): Promise<string>;
  send(text: string): Promise<void>;
  read(): Promise<string | number | undefined>;
  echoBytes(length: number): Promise<number>;
  readFlood(): Promise<{ count: number; sum: number; last: string }>;
  close(closeCode: number, reason: string): Promise<object>;
  closed(): Promise<object>;
}
declare const talk: Talk;

let script = '';
/** A page with nothing on it. */
let home = '';
let http: Server;
let server: WebSocketServer;
let bridge: { url: string; close(): void };
/** The connection that was made last. */
let last: WebSocket;
let pongs: string[] = [];

const orders: Record<string, (socket: WebSocket) => void> = {
  fragments(socket) {
    socket.send('조', { fin: false });
    socket.ping('살아 있니');
    socket.send('각', { fin: true });
  },
  flood(socket) {
    for (let i = 0; i < FLOOD; i++) socket.send(Buffer.alloc(100_000, i));
    socket.send('끝');
  },
  close: (socket) => socket.close(4001, '안녕히 가세요'),
};

beforeAll(async () => {
  server = new WebSocketServer({
    ...{ host: '127.0.0.1', port: 0 },
    handleProtocols: (offered) => (offered.has('chat.v1') ? 'chat.v1' : false),
  });
  server.on('connection', (socket) => {
    last = socket;
    pongs = [];
    socket.on('pong', (data) => pongs.push(String(data)));
    socket.on('message', (data, isBinary) => {
      const order = isBinary ? undefined : orders[String(data)];
      if (order === undefined) socket.send(data, { binary: isBinary });
      else order(socket);
    });
  });
  await once(server, 'listening');
  bridge = await startBridge((server.address() as AddressInfo).port);
  http = createServer((_, response) => response.setHeader('content-type', 'text/html').end());
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  home = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const built = await build({
    ...{ configFile: false, logLevel: 'error', root: import.meta.dirname },
    build: { write: false, lib: { entry: 'tunnel/page.ts', formats: ['iife'], name: 'page' } },
  });
  const [{ output }] = built as { output: { code: string }[] }[];
  script = output[0].code;
});

afterAll(() => {
  http.close();
  bridge.close();
  server.close();
});

describe.each(['chromium', 'firefox'] as const)('%s', (name) => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await start(name);
    page = await browser.newPage();
    await page.goto(home);
    await page.evaluate(script);
  });
  afterAll(() => browser.close());

  describe.each(['wasm', 'js'] as const)('on %s', (backend) => {
    it('opens, with the first subprotocol that both know', async () => {
      const protocol = await page.evaluate((url, on) => talk.open(url, on), bridge.url, backend);
      expect([protocol, last.protocol]).toEqual(['chat.v1', 'chat.v1']);
    });

    it('text in Korean, there and back', async () => {
      await page.evaluate(() => talk.send('안녕하세요 👋'));
      expect(await page.evaluate(() => talk.read())).toBe('안녕하세요 👋');
    });

    it('8 MiB, there and back', async () => {
      expect(await page.evaluate(() => talk.echoBytes(8 << 20))).toBe(8 << 20);
    });

    it('fragments with a ping between, which is answered', async () => {
      await page.evaluate(() => talk.send('fragments'));
      expect(await page.evaluate(() => talk.read())).toBe('조각');
      await expect.poll(() => pongs).toEqual(['살아 있니']);
    });

    it('back-pressure: a page that does not read holds the server back', async () => {
      await page.evaluate(() => talk.send('flood'));
      await expect.poll(() => last.bufferedAmount).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(last.bufferedAmount).toBeGreaterThan(0);
      const sum = Array.from({ length: FLOOD }, (_, i) => i).reduce((a, b) => a + b);
      const flood = await page.evaluate(() => talk.readFlood());
      expect(flood).toEqual({ count: FLOOD, sum, last: '끝' });
      expect(last.bufferedAmount).toBe(0);
    });

    it('a page that is not secure has no WebCrypto, and connects all the same', async () => {
      const insecure = await browser.newPage();
      await insecure.evaluate(script);
      expect(await insecure.evaluate(() => crypto.subtle === undefined)).toBe(true);
      const connection = last;
      const protocol = await insecure.evaluate((url) => talk.open(url, 'js'), bridge.url);
      expect(protocol).toBe('chat.v1');
      await insecure.close();
      last = connection;
    });

    it('closes, with its reason', async () => {
      const closed = once(last, 'close');
      expect(await page.evaluate(() => talk.close(4000, '그만'))).toEqual({
        ...{ closeCode: 4000, reason: '그만' },
      });
      const [code, reason] = await closed;
      expect([code, String(reason)]).toEqual([4000, '그만']);
    });

    it('is told the reason of a server that closes', async () => {
      await page.evaluate((url, on) => talk.open(url, on), bridge.url, backend);
      await page.evaluate(() => talk.send('close'));
      expect(await page.evaluate(() => talk.closed())).toEqual({
        ...{ closeCode: 4001, reason: '안녕히 가세요' },
      });
    });
  });
});
