// `npm test`: everything, with the Node it is run with. Arguments go to vitest.

import { ensure, run } from './ensure.mjs';

ensure();
run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
