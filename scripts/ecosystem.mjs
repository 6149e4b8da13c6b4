// `npm run test:ecosystem`: those who build on ws, with their own manifest, against the built package.

import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, npm, root, run } from './ensure.mjs';

ensure();
const folder = join(root, 'test', 'ecosystem');
const modules = join(folder, 'node_modules');
if (!existsSync(join(modules, '.package-lock.json'))) {
  run(npm, ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error']);
}
if (!existsSync(join(modules, 'wsimd'))) symlinkSync(root, join(modules, 'wsimd'), 'junction');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const config = ['--config', 'test/ecosystem/vitest.config.ts'];
run(process.execPath, [vitest, 'run', ...config, ...process.argv.slice(2)]);
