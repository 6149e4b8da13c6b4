// The bundlers take `import ... from 'wsimd'` with no configuration, and what they make decodes in Chromium,
// on WebAssembly, or where a strict Content-Security-Policy forbids that, on JavaScript.

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

/** Builds the page of `page.js`. */
const BUILDS: Record<string, (project: Project) => Promise<unknown>> = {
  Vite: (project) => project.run('vite', 'build', '--outDir', project.out),
  webpack: (project) => {
    project.writePage('main.js');
    return project.run(
      'webpack',
      './page.js',
      '--mode',
      'production',
      '--output-path',
      project.out,
    );
  },
  Rollup: (project) => {
    project.writePage('page.js');
    const resolve = ['--plugin', 'node-resolve'];
    return project.run('rollup', 'page.js', ...resolve, '--format', 'es', '--dir', project.out);
  },
  esbuild: (project) => {
    project.writePage('page.js');
    const options = ['--bundle', '--minify', '--format=esm', `--outdir=${project.out}`];
    return project.run('esbuild', 'page.js', ...options);
  },
  Parcel: (project) => {
    const options = ['--dist-dir', project.out, '--no-cache', '--no-source-maps'];
    return project.run('parcel', 'build', 'index.html', ...options);
  },
};

describe.each(Object.entries(BUILDS))('%s', (_name, build) => {
  const project = new Project('page.js');
  beforeAll(() => build(project));
  afterAll(() => project.remove());

  it('makes a page that decodes on WebAssembly', async () => {
    const { outcome, logged } = await visitFolder(browser, project.out);
    expect(outcome).toEqual(decodedOn('wasm'));
    expect(logged).toEqual([]);
  });

  it('and under a strict policy on JavaScript, with no words but the browser’s own', async () => {
    const { outcome, logged } = await visitFolder(browser, project.out, { csp: STRICT_CSP });
    expect(outcome).toEqual(decodedOn('js'));
    for (const line of logged) expect(line).toMatch(/violates the following Content Security/);
  });
});
