// `npm start`: a real ws client talks to a real server on this codec, against stock ws in the same run.

import { ensure, run } from './ensure.mjs';

ensure();
run(process.execPath, ['dist/bench/demo/main.js', ...process.argv.slice(2)]);
