// Off the page: a Web Worker as the bundlers find it by themselves, and a service worker.

import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../support/browsers.ts';
import { visitFolder } from './support/page.ts';
import { STRICT_CSP } from './support/server.ts';
import { decodedOn, Project } from './support/tools.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await start('chromium');
});
afterAll(() => browser.close());

const BUILDS: Record<string, (project: Project) => Promise<unknown>> = {
  Vite: (project) => project.run('vite', 'build', '--outDir', project.out),
  webpack: (project) => {
    project.writePage('main.js');
    const mode = ['--mode', 'production'];
    return project.run('webpack', './worker-page.js', ...mode, '--output-path', project.out);
  },
  Parcel: (project) => {
    const options = ['--dist-dir', project.out, '--no-cache', '--no-source-maps'];
    return project.run('parcel', 'build', 'index.html', ...options);
  },
};

describe.each(Object.entries(BUILDS))('a Web Worker, by %s', (_name, build) => {
  const project = new Project('worker-page.js');
  const scope = 'DedicatedWorkerGlobalScope';
  beforeAll(() => build(project));
  afterAll(() => project.remove());

  it('decodes on WebAssembly', async () => {
    const { outcome } = await visitFolder(browser, project.out);
    expect(outcome).toEqual({ ...decodedOn('wasm'), scope });
  });

  it('and under a strict policy on JavaScript', async () => {
    // Parcel writes an inline import map.
    const scripts = "script-src 'self' 'unsafe-inline'";
    const csp = `${STRICT_CSP.replace("script-src 'self'", scripts)}; worker-src 'self'`;
    const { outcome } = await visitFolder(browser, project.out, { csp });
    expect(outcome).toEqual({ ...decodedOn('js'), scope });
  });
});

describe('a service worker, by esbuild', () => {
  const project = new Project('service-worker-page.js');
  beforeAll(async () => {
    project.writePage('service-worker-page.js');
    const scripts = ['service-worker-page.js', 'service-worker.js'];
    const options = ['--bundle', '--format=esm', `--outdir=${project.out}`];
    await project.run('esbuild', ...scripts, ...options);
  });
  afterAll(() => project.remove());

  it('decodes on WebAssembly', async () => {
    const { outcome } = await visitFolder(browser, project.out);
    expect(outcome).toEqual({ ...decodedOn('wasm'), scope: 'ServiceWorkerGlobalScope' });
  });
});
