// `ready(fetch(...))` of `wsimd/wsimd.wasm`: compiled while it streams in; and from the bytes embedded where
// that fails.

import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../support/browsers.ts';
import { visitFolder } from './support/page.ts';
import { CSP_REPORT, STRICT_CSP } from './support/server.ts';
import { decodedOn, Project } from './support/tools.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await start('chromium');
});
afterAll(() => browser.close());

const BUILDS: Record<string, (project: Project) => Promise<unknown>> = {
  vite: (project) => project.run('vite', 'build', '--outDir', project.out),
  webpack: (project) => {
    project.writePage('main.js');
    const mode = ['--mode', 'production'];
    return project.run('webpack', './streaming-webpack.js', ...mode, '--output-path', project.out);
  },
  esbuild: (project) => {
    project.writePage('streaming-esbuild.js');
    const options = ['--bundle', '--format=esm', '--loader:.wasm=file', `--outdir=${project.out}`];
    return project.run('esbuild', 'streaming-esbuild.js', ...options);
  },
};

describe.each(Object.entries(BUILDS))('the file, by %s', (name, build) => {
  const project = new Project(`streaming-${name}.js`);
  beforeAll(() => build(project));
  afterAll(() => project.remove());

  it('is compiled while it streams in', async () => {
    const { outcome, logged } = await visitFolder(browser, project.out);
    expect(outcome).toEqual({ ...decodedOn('wasm', 'not asked'), streamed: true });
    expect(logged).toEqual([]);
  });

  it.each([
    ['of a wrong type', 'text/plain'],
    ['missing', null],
  ])('%s: the bytes embedded are compiled', async (_name, wasmType) => {
    const { outcome } = await visitFolder(browser, project.out, { wasmType });
    expect(outcome).toEqual({ ...decodedOn('wasm', 'not asked'), streamed: false });
  });

  it('under a strict policy is not compiled, and JavaScript decodes', async () => {
    const { outcome, logged } = await visitFolder(browser, project.out, { csp: STRICT_CSP });
    expect(outcome).toEqual({ ...decodedOn('js', 'not asked'), streamed: false });
    for (const line of logged) expect(line).toMatch(CSP_REPORT);
  });
});
