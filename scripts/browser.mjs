// `npm run test:browser`: what needs real browsers, Chromium and Firefox.

import { ensure, root, run } from './ensure.mjs';

ensure();
const vitest = `${root}/node_modules/vitest/vitest.mjs`;
const config = ['--config', 'test/browser/vitest.config.ts'];
run(process.execPath, [vitest, 'run', ...config, ...process.argv.slice(2)]);
