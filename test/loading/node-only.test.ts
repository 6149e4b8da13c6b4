// What is for Node alone says so in a page, when it is used and not before.

import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { start } from '../support/browsers.ts';
import { visitFolder } from './support/page.ts';
import { Project } from './support/tools.ts';

const project = new Project('page.js');
let browser: Browser;

beforeAll(async () => {
  browser = await start('chromium');
  project.writePage('ws.js');
  await project.run('esbuild', 'ws.js', '--bundle', '--format=esm', '--outdir=out');
});
afterAll(async () => {
  await browser.close();
  project.remove();
});

it('wsimd/ws', async () => {
  const { outcome, logged } = await visitFolder(browser, project.out);
  const sentence = /^wsimd\/ws is for Node: .* wsimd\/streams$/;
  expect(outcome).toEqual(Array(3).fill(expect.stringMatching(sentence)));
  expect(logged).toEqual([]);
});
