// src/ -> dist/: one file an entry and a few they share. Loading them takes a fifth of the time that as
// many files as there are sources would (bench/startup).

export default {
  input: {
    index: 'src/index.ts',
    js: 'src/js.ts',
    'streams/index': 'src/streams/index.ts',
    'adapters/bufferutil': 'src/adapters/bufferutil.ts',
    'adapters/ws/index': 'src/adapters/ws/index.ts',
    'adapters/ws/register': 'src/adapters/ws/register.ts',
    'adapters/utf-8-validate': 'src/adapters/utf-8-validate.ts',
  },
  external: ['ws', /^node:/],
  platform: 'neutral',
  logLevel: 'warn',
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name].js',
  },
};
