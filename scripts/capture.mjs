// `npm run test:capture`: a conversation on this machine, captured and dissected by the real tshark.

import { ensure, root, run } from './ensure.mjs';

ensure();
const vitest = `${root}/node_modules/vitest/vitest.mjs`;
const config = ['--config', 'test/capture/vitest.config.ts'];
run(process.execPath, [vitest, 'run', ...config, ...process.argv.slice(2)]);
