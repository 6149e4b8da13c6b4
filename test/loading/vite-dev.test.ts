// Vite's development server, which bundles nothing of the page, with no configuration.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { start } from '../support/browsers.ts';
import { visit } from './support/page.ts';
import { decodedOn, Project } from './support/tools.ts';

const project = new Project('page.js');
let browser: Browser;
let server: ChildProcess;

beforeAll(async () => {
  browser = await start('chromium');
});
afterAll(async () => {
  await browser.close();
  server.kill();
  await once(server, 'close');
  project.remove();
});

/** Where it says that it listens. */
async function startServer(): Promise<string> {
  const vite = join(project.folder, 'node_modules', 'vite', 'bin', 'vite.js');
  server = spawn(process.execPath, [vite, '--host', '127.0.0.1', '--port', '0'], {
    cwd: project.folder,
    env: { ...process.env, NO_COLOR: '1', NODE_ENV: undefined, VITEST: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(server.stdout as NodeJS.ReadableStream)) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('Vite ended');
}

it('serves a page that decodes on WebAssembly', async () => {
  const { outcome } = await visit(browser, await startServer());
  expect(outcome).toEqual(decodedOn('wasm'));
});
