// `npm run soak -- --minutes N`: traffic for a long time, see test/soak/main.mjs.

import { ensure, run } from './ensure.mjs';

ensure();
run(process.execPath, ['test/soak/main.mjs', ...process.argv.slice(2)]);
