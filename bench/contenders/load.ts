// Finds what is installed to compare with: in the folder the benchmark is run from, or in this
// repository's own bench/competitors. Downloads nothing.
//
// Every contender has a copy of its code to itself, this codec's variants too: an engine learns from what
// code has seen, and in a user's process it would have seen one way of using it, not five.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Folders to look in: the user's, the repository's competitors, the repository's own. */
export const FOLDERS = [
  process.cwd(),
  join(HERE, '..', '..', 'bench', 'competitors'),
  join(HERE, '..', '..'),
];

/** What `find` finds in the first folder where it does not throw; undefined where it does in all. */
export function inFolders<T>(find: (require: NodeJS.Require) => T): T | undefined {
  for (const folder of FOLDERS) {
    try {
      return find(createRequire(join(folder, 'package.json')));
    } catch {
      // Not here, or not to be loaded here.
    }
  }
  return undefined;
}

/** Loads a package, or one file of it; undefined where it is not installed. */
export function load(name: string, file = ''): unknown {
  return inFolders((require) => require(name + file));
}

let copies: string | undefined;

/** Where the copies lie, until the process ends. */
function folderOfCopies(): string {
  if (copies === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'wsimd-bench-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    copies = made;
  }
  return copies;
}

/** This codec, or its JavaScript half alone, once more. */
export async function loadOurs(backend?: 'js'): Promise<typeof import('wsimd')> {
  const built = dirname(fileURLToPath(import.meta.resolve('wsimd')));
  const copy = mkdtempSync(join(folderOfCopies(), 'copy-'));
  cpSync(built, copy, {
    recursive: true,
    filter: (path) =>
      !path.startsWith(join(built, 'bench')) && !path.startsWith(join(built, 'adapters')),
  });
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
  const entry = backend === 'js' ? 'js.js' : 'index.js';
  return import(pathToFileURL(join(copy, entry)).href);
}

/**
 * ws, or one file of it, once more, with its native addons or without, for that it decides when it is loaded.
 * Undefined where it, or the addon asked for, is not installed.
 */
export function loadWs(withAddon: boolean, file?: string): unknown {
  if (!withAddon) process.env.WS_NO_BUFFER_UTIL = '1';
  const module = inFolders((require) => {
    if (withAddon) require('bufferutil');
    const entry = require.resolve('ws');
    for (const file of Object.keys(require.cache)) {
      if (/[\\/]node_modules[\\/]ws[\\/]/.test(file)) delete require.cache[file];
    }
    return require(file === undefined ? entry : join(dirname(entry), file));
  });
  delete process.env.WS_NO_BUFFER_UTIL;
  return module;
}
