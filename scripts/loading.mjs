// `npm run test:loading`: bundlers, browsers and runtimes that load the package as it is packed. They have a
// manifest of their own.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, installIn, root, run, vitest } from './ensure.mjs';
import { npmCommand } from './npm.mjs';

ensure();
installIn('test/loading');

// What `npm install` of the tarball does, for a package without dependencies. Paths from the root: GNU tar takes
// what is before a colon, as in C:\, for a host.
const folder = 'test/loading/node_modules';
const installed = `${folder}/wsimd`;
const pack = npmCommand('pack', '--ignore-scripts', '--json', '--pack-destination', folder);
const packed = execFileSync(...pack, { cwd: root, encoding: 'utf8' });
const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[')));
rmSync(join(root, installed), { recursive: true, force: true });
mkdirSync(join(root, installed));
run('tar', ['-xzf', `${folder}/${filename}`, '-C', installed, '--strip-components=1']);
rmSync(join(root, folder, filename));

vitest('test/loading');
