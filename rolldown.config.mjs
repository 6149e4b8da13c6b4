// src/ -> dist/: one file an entry and a few they share. Loading them takes a fifth of the time that as
// many files as there are sources would (bench/startup). Those in `portable` are built again for edge
// runtimes, to dist/edge/.

import { fileURLToPath } from 'node:url';

/** Entries for every platform. Each has conditions for edge runtimes in package.json. */
const portable = {
  index: 'src/index.ts',
  js: 'src/js.ts',
  streams: 'src/streams/index.ts',
};

/** Constants are inlined across files: a page pays for each letter of a name. */
const optimization = { inlineConst: true };

const common = { platform: 'neutral', logLevel: 'warn', optimization };

/** Where bytes must not be compiled the module is imported: as a file, which stays where it is. */
const importedModule = {
  name: 'imported-module',
  resolveId(source) {
    if (source === './module.ts') {
      return fileURLToPath(new URL('src/kernel/module-edge.ts', import.meta.url));
    }
    return source.endsWith('.wasm?module') ? { id: source, external: 'absolute' } : null;
  },
};

export default [
  {
    ...common,
    input: {
      ...portable,
      'adapters/bufferutil': 'src/adapters/bufferutil.ts',
      'adapters/ws/index': 'src/adapters/ws/index.ts',
      'adapters/ws/browser': 'src/adapters/ws/browser.ts',
      'adapters/ws/register': 'src/adapters/ws/register.ts',
      'adapters/utf-8-validate': 'src/adapters/utf-8-validate.ts',
    },
    external: ['ws', /^node:/],
    output: { dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name].js' },
  },
  {
    ...common,
    input: portable,
    plugins: [importedModule],
    // All in one folder, so that the path to the file is the same from each.
    output: { dir: 'dist/edge', format: 'esm', chunkFileNames: '[name].js' },
  },
  // By itself, with the library it inflates with: who loads the codec does not load parts of this.
  {
    ...common,
    input: { 'inspect/index': 'src/inspect/index.ts' },
    output: { dir: 'dist', format: 'esm', cleanDir: false },
  },
];
