// Edge runtimes, which forbid compiling bytes: workerd with what Wrangler bundles, and Vercel's edge runtime
// with WebAssembly files as it imports them.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodedOn, Project } from './support/tools.ts';

let project: Project;
beforeEach(() => {
  project = new Project('page.js');
});
afterEach(() => project.remove());

async function runWorkerd(main: string): Promise<unknown> {
  return JSON.parse(await project.run('node', 'run-workerd.js', project.out, main));
}

describe('workerd', () => {
  const runtime = 'Cloudflare-Workers';

  it('decodes on WebAssembly what Wrangler bundled', async () => {
    const options = ['--name', 'wsimd', '--compatibility-date', '2025-01-01'];
    const out = ['--dry-run', '--outdir', project.out];
    await project.run('wrangler', 'deploy', 'edge.js', ...out, ...options);
    expect(readdirSync(project.out).filter((name) => name.includes('.wasm'))).toHaveLength(1);
    expect(await runWorkerd('edge.js')).toEqual({ ...decodedOn('wasm'), runtime });
  });

  it('decodes on JavaScript what a bundler made that knows nothing of workerd', async () => {
    await project.run('esbuild', 'edge.js', '--bundle', '--format=esm', '--outdir=out');
    expect(await runWorkerd('edge.js')).toEqual({ ...decodedOn('js'), runtime });
  });
});

describe('Vercel’s edge runtime', () => {
  const script = 'edge-light.js';
  const runtime = 'edge-runtime';

  it('decodes on WebAssembly', async () => {
    const built = join(project.folder, 'bundled.js');
    const files = JSON.parse(await project.run('node', 'bundle-edge-light.js', script, built));
    expect(files).toHaveLength(1);
    const outcome = await project.run('node', 'run-edge-light.js', built, ...files);
    expect(JSON.parse(outcome)).toEqual({ ...decodedOn('wasm'), runtime });
  });

  it('decodes on JavaScript what a bundler made that knows nothing of it', async () => {
    await project.run('esbuild', script, '--bundle', '--format=iife', '--outdir=out');
    const outcome = await project.run('node', 'run-edge-light.js', join(project.out, script));
    expect(JSON.parse(outcome)).toEqual({ ...decodedOn('js'), runtime });
  });
});
