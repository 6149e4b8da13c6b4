// `npm run bench -- ...`: the benchmark CLI.

import { ensure, run } from './ensure.mjs';

ensure();
run(process.execPath, ['dist/bench/cli.js', 'bench', ...process.argv.slice(2)]);
