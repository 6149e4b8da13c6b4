// tools/fuzz/main.ts with all of src/ and cli/ in it -> build/fuzz/: one file, whose coverage V8 tells.

import { fileURLToPath } from 'node:url';

const sources = (path) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

export default {
  input: { main: 'tools/fuzz/main.ts' },
  external: ['ws', /^node:/],
  platform: 'node',
  logLevel: 'warn',
  resolve: { alias: { 'wsimd/inspect': sources('inspect/index.ts') } },
  output: { dir: 'build/fuzz', format: 'esm', sourcemap: true },
};
