// The bundlers take `import ... from 'wsimd'` with no configuration, and what they make decodes in Chromium and
// Firefox, on WebAssembly, or where a strict Content-Security-Policy forbids that, on JavaScript.

import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, start } from '../support/browsers.ts';
import { visitFolder } from './support/page.ts';
import { CSP_REPORT, STRICT_CSP } from './support/server.ts';
import { decodedOn, Project } from './support/tools.ts';

const NAMES = ['chromium', 'firefox'] as const;
let browsers: Record<BrowserName, Browser>;

beforeAll(async () => {
  browsers = { chromium: await start('chromium'), firefox: await start('firefox') };
});
afterAll(() => Promise.all(NAMES.map((name) => browsers[name].close())));

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

  it.each(NAMES)('makes a page that decodes on WebAssembly, in %s', async (name) => {
    const { outcome, logged } = await visitFolder(browsers[name], project.out);
    expect(outcome).toEqual(decodedOn('wasm'));
    expect(logged).toEqual([]);
  });

  it.each(NAMES)(
    'under a strict policy on JavaScript, with no words of ours, in %s',
    async (name) => {
      const { outcome, logged } = await visitFolder(browsers[name], project.out, {
        csp: STRICT_CSP,
      });
      expect(outcome).toEqual(decodedOn('js'));
      for (const line of logged) expect(line).toMatch(CSP_REPORT);
    },
  );
});
