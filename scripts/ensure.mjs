// What `npm start`, `npm test` and `npm run bench` need before they can run: dependencies and a build,
// each made only where it is missing or older than what it is made from.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const SOURCES = [
  ...['assembly', 'src', 'bench', 'cli', 'scripts', 'asconfig.json', 'package.json'],
  ...['rolldown.config.mjs', 'rolldown.bench.config.mjs'],
];
export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a program from the repository's root, its output shown; where it fails, so does this process. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** When the path, or the newest file below it, was changed; 0 where there is none. */
function changedAt(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((newest, name) => {
    const isMade = name === 'node_modules' || name.endsWith('.gen.ts');
    return isMade ? newest : Math.max(newest, changedAt(join(path, name)));
  }, 0);
}

/** Installs a folder that has a manifest of its own, the root or below it; returns its node_modules. */
export function installIn(folder) {
  const modules = join(root, folder, 'node_modules');
  const lock = changedAt(join(root, folder, 'package-lock.json'));
  if (changedAt(join(modules, '.package-lock.json')) < lock) {
    console.log(`npm ci in ${folder}`);
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    run(npm, ['ci', '--prefix', join(root, folder), ...quiet]);
  }
  return modules;
}

function ensureBuilt() {
  const built = changedAt(join(root, 'dist', '.built'));
  const newest = Math.max(...SOURCES.map((name) => changedAt(join(root, name))));
  if (built >= newest) return;
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run(process.execPath, ['scripts/build.mjs']);
}

/** Installs and builds as far as that is needed. */
export function ensure() {
  installIn('.');
  ensureBuilt();
}

/** What `npm install wsimd` would do to this folder of modules, were this not wsimd's own repository. */
export function linkInto(modules) {
  const link = join(modules, 'wsimd');
  mkdirSync(modules, { recursive: true });
  if (!existsSync(link)) symlinkSync(root, link, 'junction');
}

/** Runs the tests of a folder with a configuration of its own; further arguments of the command go to Vitest. */
export function vitest(folder, args = process.argv.slice(2)) {
  const config = folder === undefined ? [] : ['--config', `${folder}/vitest.config.ts`];
  run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...config, ...args]);
}
