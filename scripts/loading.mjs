// `npm run test:loading`: bundlers, browsers and runtimes that load the package as it is packed. They have a
// manifest of their own.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, installIn, npm, root, run, vitest } from './ensure.mjs';

ensure();
const modules = installIn('test/loading');

// What `npm install` of the tarball does, for a package without dependencies.
const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', modules];
const packed = execFileSync(npm, pack, { cwd: root, encoding: 'utf8' });
const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[')));
const installed = join(modules, 'wsimd');
rmSync(installed, { recursive: true, force: true });
mkdirSync(installed);
run('tar', ['-xzf', join(modules, filename), '-C', installed, '--strip-components=1']);
rmSync(join(modules, filename));

vitest('test/loading');
