// `npm run fuzz -- --seconds N --seed S [--target T]`: the fuzzer, bundled with what it fuzzes.

import { ensure, root, run } from './ensure.mjs';

ensure();
const bundler = `${root}/node_modules/rolldown/bin/cli.mjs`;
run(process.execPath, [
  bundler,
  '--config',
  'tools/fuzz/rolldown.config.mjs',
  '--logLevel',
  'warn',
]);
run(process.execPath, ['--enable-source-maps', 'build/fuzz/main.js', ...process.argv.slice(2)]);
