// `npm run bench -- ...`: the benchmark CLI.

import { ensure, run } from './ensure.mjs';

ensure();
run(process.execPath, ['--expose-gc', 'dist/bench/cli.js', ...process.argv.slice(2)]);
