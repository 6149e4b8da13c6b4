// src/ -> dist/: one file an entry and a few they share. Loading them takes a fifth of the time that as
// many files as there are sources would (bench/startup).

const common = {
  external: ['ws', /^node:/],
  platform: 'neutral',
  logLevel: 'warn',
};

const codec = {
  ...common,
  input: {
    index: 'src/index.ts',
    js: 'src/js.ts',
    'streams/index': 'src/streams/index.ts',
    'adapters/bufferutil': 'src/adapters/bufferutil.ts',
    'adapters/ws/index': 'src/adapters/ws/index.ts',
    'adapters/ws/register': 'src/adapters/ws/register.ts',
    'adapters/utf-8-validate': 'src/adapters/utf-8-validate.ts',
  },
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name].js',
  },
};

// By itself, with the library it inflates with: who loads the codec does not load parts of this.
const inspect = {
  ...common,
  input: { 'inspect/index': 'src/inspect/index.ts' },
  output: { dir: 'dist', format: 'esm', cleanDir: false },
};

export default [codec, inspect];
