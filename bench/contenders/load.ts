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
const FOLDERS = [
  process.cwd(),
  join(HERE, '..', '..', '..', 'bench', 'competitors'),
  join(HERE, '..', '..', '..'),
];

/** Loads a package's file; undefined where it is not installed. `version` is the package's. */
export function load(name: string, file = ''): { module: unknown; version: string } | undefined {
  for (const folder of FOLDERS) {
    const require = createRequire(join(folder, 'package.json'));
    try {
      const { version } = require(`${name}/package.json`) as { version: string };
      return { module: require(name + file), version };
    } catch {
      // Not here, or not to be loaded here.
    }
  }
  return undefined;
}

/** This codec, once more. */
export async function loadOurs(): Promise<typeof import('wsimd')> {
  const built = dirname(fileURLToPath(import.meta.resolve('wsimd')));
  const copy = mkdtempSync(join(tmpdir(), 'wsimd-bench-'));
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
  cpSync(built, copy, {
    recursive: true,
    filter: (path) => !path.startsWith(join(built, 'bench')),
  });
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
  return import(pathToFileURL(join(copy, 'index.js')).href);
}

/** ws, once more, with its native addons or without, for that it decides when it is loaded. */
export function loadWs(withAddon: boolean): { module: unknown; version: string } | undefined {
  for (const folder of FOLDERS) {
    const require = createRequire(join(folder, 'package.json'));
    try {
      if (withAddon) require('bufferutil');
      const entry = require.resolve('ws');
      for (const file of Object.keys(require.cache)) {
        if (/[\\/]node_modules[\\/]ws[\\/]/.test(file)) delete require.cache[file];
      }
      if (withAddon) delete process.env.WS_NO_BUFFER_UTIL;
      else process.env.WS_NO_BUFFER_UTIL = '1';
      const module = require(entry);
      const { version } = require('ws/package.json') as { version: string };
      return { module, version };
    } catch {
      // Not here.
    } finally {
      delete process.env.WS_NO_BUFFER_UTIL;
    }
  }
  return undefined;
}
