// What an import costs a page, minified and compressed; and what is not in `wsimd/js`.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { Project } from './support/tools.ts';

const project = new Project('page.js');
afterAll(() => project.remove());

async function bundleOf(entry: string): Promise<Buffer> {
  const source = `import { Decoder } from '${entry}'; globalThis.Decoder = Decoder;`;
  writeFileSync(join(project.folder, 'cost.js'), source);
  await project.run('esbuild', 'cost.js', '--bundle', '--minify', '--format=esm', '--outdir=out');
  return readFileSync(join(project.out, 'cost.js'));
}

it.each([
  ['wsimd', 20],
  ['wsimd/js', 13],
])("import { Decoder } from '%s' costs at most %d KiB", async (entry, limit) => {
  const { length } = gzipSync(await bundleOf(entry), { level: 9 });
  expect(length).toBeLessThanOrEqual(limit * 1024);
});

it('wsimd/js has no WebAssembly in it', async () => {
  expect(String(await bundleOf('wsimd'))).toMatch(/WebAssembly.*AGFzbQ|AGFzbQ.*WebAssembly/s);
  expect(String(await bundleOf('wsimd/js'))).not.toMatch(/WebAssembly|AGFzbQ|atob|base64/);
});
