// The report's page in a real Chromium: it draws what the report says, in light and dark, on a phone too.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../support/browsers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
let path = '';
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wsimd-page-'));
  path = join(folder, 'report.html');
  const args = ['mask', 'utf8', '--quick', '--rounds', '2', '--bytes', '16,1024,65536'];
  const cli = join(root, 'dist', 'bench', 'cli.js');
  spawnSync(process.execPath, [cli, 'bench', ...args, '--html', path], { cwd: root });
  browser = await start('chromium');
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ['on a desk', 1200, 900, 'light'],
  ['on a phone', 390, 800, 'light'],
  ['in the dark', 1200, 900, 'dark'],
] as const)('%s', (_name, width, height, scheme) => {
  let page: Page;
  const asked: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    page = await browser.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(`file://${path}`);
  });
  afterAll(() => page?.close());

  it('draws plots and tables', async () => {
    const dom = await page.content();
    expect(errors).toEqual([]);
    expect(dom.match(/<canvas/g)?.length).toBe(4);
    expect(dom.match(/<table/g)?.length).toBeGreaterThanOrEqual(2);
    expect(dom).toMatch(/class="(win|loss|tie)"/);
    expect(dom).toMatch(/<td>64 KiB<\/td>/);
  });

  it('wants nothing from a network', async () => {
    expect(asked).toEqual([`file://${path}`]);
    expect(await page.content()).not.toContain('http://');
  });

  it('is not one empty colour, and as dark as it is asked to be', async () => {
    expect((await page.screenshot()).length).toBeGreaterThan(15_000);
    const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red] = /\d+/.exec(colour) ?? [];
    expect(Number(red) < 128).toBe(scheme === 'dark');
  });
});
