// What commands need before they can run: dependencies and a build, each made only where it is missing or not made
// from what is there now. And how commands start other programs.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changeBetween, hashInputs, missingPackage } from './inputs.mjs';
import { npmCommand } from './npm.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const MADE = 'src/kernel/wasm-module.gen.ts';

/** Runs a program from the repository's root, its output shown; where it fails, so does this process. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs a program in JavaScript, by its path from the root. */
export function node(...args) {
  run(process.execPath, args);
}

/** Bundles what a configuration of Rolldown names. */
export function bundle(config) {
  node('node_modules/rolldown/bin/cli.mjs', '--config', config, '--logLevel', 'warn');
}

/** The JSON in a file; undefined where there is none, or what is there was not written to its end. */
function readJSON(...path) {
  try {
    return JSON.parse(readFileSync(join(root, ...path), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Installs a folder that has a manifest of its own, the root or below it; returns its node_modules. */
export function installIn(folder) {
  const lock = readJSON(folder, 'package-lock.json');
  const installed = readJSON(folder, 'node_modules', '.package-lock.json');
  const why = installed ? missingPackage(lock, installed) : 'nothing is installed';
  if (why !== undefined) {
    console.log(`npm ci in ${folder}: ${why}`);
    run(...npmCommand('ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'));
  }
  return join(root, folder, 'node_modules');
}

function ensureBuilt() {
  const built = readJSON('dist', '.built');
  if (built !== undefined && existsSync(join(root, MADE))) {
    const change = changeBetween(built, hashInputs(root));
    if (change === undefined) return;
    console.log(`The build is made again: ${change}`);
  }
  node('scripts/build.mjs');
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
  node('node_modules/vitest/vitest.mjs', 'run', ...config, ...args);
}
