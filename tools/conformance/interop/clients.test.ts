// Clients that others wrote, against our server.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, start } from '../../../test/support/browsers.ts';
import { type EchoServer, expectedFullTalk, expectedTalk, startEcho } from './endpoints.ts';
import { runProgram } from './processes.ts';
import { talk } from './programs/web-talk.mjs';

describe.each([true, false])('permessage-deflate: %s', (deflate) => {
  let server: EchoServer;
  let url = '';
  beforeAll(async () => {
    server = await startEcho(deflate);
    url = `ws://127.0.0.1:${server.port}/`;
  });
  afterAll(() => server.stop());

  /** The server heard the last close as it was said. */
  async function heardGoodbye(): Promise<void> {
    await expect.poll(() => server.closes.at(-1)).toEqual([4000, '그만']);
  }

  it.each(['websockets', 'autobahn'])("Python's %s", async (library) => {
    const words = await runProgram('python', `${library}_client.py`, url, deflate ? 'deflate' : '');
    expect(words).toEqual(expectedFullTalk(deflate));
    await heardGoodbye();
  });

  it.each([
    ['bun', ''],
    ['deno', ''],
    ['node', 'undici'],
  ])('%s %s', async (tool, library) => {
    const args = library === '' ? [url] : [url, library];
    // Deno's offers no permessage-deflate.
    const isCompressed = deflate && tool !== 'deno';
    const words = await runProgram(tool, 'web-client.mjs', ...args);
    expect(words).toEqual(expectedTalk(isCompressed));
    await heardGoodbye();
  });

  it.each(['chromium', 'firefox'] as BrowserName[])('%s', async (name) => {
    const browser = await start(name);
    try {
      const page = await browser.newPage();
      const script = `(${talk})(WebSocket, ${JSON.stringify(url)})`;
      expect(await page.evaluate(script)).toEqual(expectedTalk(deflate));
      await heardGoodbye();
    } finally {
      await browser.close();
    }
  });
});
