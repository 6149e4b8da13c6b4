// `npm run mutation -- --mutate src/codec/slab.ts`: Stryker, with its own manifest, over protocol, kernel and codec.

import { join } from 'node:path';
import { ensure, installIn, run } from './ensure.mjs';

ensure();
const stryker = join(installIn('tools/mutation'), '@stryker-mutator', 'core', 'bin', 'stryker.js');
const config = 'tools/mutation/stryker.config.mjs';
run(process.execPath, [stryker, 'run', config, ...process.argv.slice(2)]);
