// What the build and the installations are made from, by content: times of files say nothing about those that were
// deleted, renamed or restored.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files and folders whose content decides what is in dist/. */
export const BUILD_INPUTS = [
  ...[
    'assembly',
    'src',
    'bench',
    'bin',
    'cli',
    'asconfig.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ],
  ...['rolldown.config.mjs', 'rolldown.bench.config.mjs', 'package.json', 'package-lock.json'],
  ...['scripts/build.mjs', 'scripts/build-wasm.mjs', 'scripts/inputs.mjs'],
];

/** Made by the build or by npm, or an editor's own. */
const isMade = (name) =>
  name === 'node_modules' || name.endsWith('.gen.ts') || name.startsWith('.');

/** The hash of each file of `names`, and below them, by its path from `base`. */
export function hashInputs(base, names = BUILD_INPUTS) {
  const hashes = {};
  const visit = (path) => {
    const stats = statSync(join(base, path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      const inside = readdirSync(join(base, path)).filter((name) => !isMade(name));
      for (const name of inside) visit(`${path}/${name}`);
    } else if (stats !== undefined) {
      const content = readFileSync(join(base, path));
      hashes[path] = createHash('sha256').update(content).digest('base64url');
    }
  };
  names.forEach(visit);
  return hashes;
}

/** The first difference between two results of `hashInputs`, in words; undefined where there is none. */
export function changeBetween(before, after) {
  for (const path of Object.keys({ ...before, ...after })) {
    if (!(path in after)) return `${path} was deleted`;
    if (!(path in before)) return `${path} is new`;
    if (before[path] !== after[path]) return `${path} was changed`;
  }
  return undefined;
}

/**
 * The first package that is not installed as a lock file wants it, in words; undefined where all are. `installed` is
 * node_modules/.package-lock.json, in which npm notes what it has installed.
 */
export function missingPackage(lock, installed) {
  for (const [path, { version, integrity, optional, link }] of Object.entries(lock.packages)) {
    if (path === '' || link) continue;
    const found = installed.packages[path];
    if (found === undefined) {
      if (optional) continue; // for another platform
      return `${path} is missing`;
    }
    if (found.version !== version) return `${path} is ${found.version}, not ${version}`;
    if (integrity !== undefined && found.integrity !== undefined && found.integrity !== integrity) {
      return `${path} is another ${version}`;
    }
  }
  return undefined;
}
