// `npm run soak -- --minutes N`: traffic for a long time, see tools/soak/main.mjs.

import { ensure, run } from './ensure.mjs';

ensure();
run(process.execPath, ['tools/soak/main.mjs', ...process.argv.slice(2)]);
