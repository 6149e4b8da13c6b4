// `npm run test:loading`: bundlers, browsers and runtimes that load the package as it is packed. They have a
// manifest of their own.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, npm, root, run } from './ensure.mjs';

ensure();
const folder = join(root, 'test', 'loading');
const modules = join(folder, 'node_modules');
if (!existsSync(join(modules, '.package-lock.json'))) {
  run(npm, ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error']);
}

// What `npm install` of the tarball does, for a package without dependencies.
const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', modules];
const packed = execFileSync(npm, pack, { cwd: root, encoding: 'utf8' });
const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[')));
const installed = join(modules, 'wsimd');
rmSync(installed, { recursive: true, force: true });
mkdirSync(installed);
run('tar', ['-xzf', join(modules, filename), '-C', installed, '--strip-components=1']);
rmSync(join(modules, filename));

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const config = ['--config', 'test/loading/vitest.config.ts'];
run(process.execPath, [vitest, 'run', ...config, ...process.argv.slice(2)]);
