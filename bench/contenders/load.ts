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
 */
export function loadWs(
  withAddon: boolean,
  file?: string,
): { module: unknown; version: string } | undefined {
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
      const module = require(file === undefined ? entry : join(dirname(entry), file));
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

/** A competitor that is not there, and what would bring it. */
export interface Missing {
  name: string;
  command: string;
}

const COMPETITORS = [
  ...(['ws', 'bufferutil', 'utf-8-validate', 'undici', 'websocket-driver'] as const),
  'bun',
] as const;

/** What is installed to compare with, and what is not. */
export function findCompetitors(): { versions: Record<string, string>; missing: Missing[] } {
  const versions: Record<string, string> = {};
  const missing: Missing[] = [];
  for (const name of COMPETITORS) {
    const version = versionOf(name);
    if (version === undefined) missing.push({ name, command: `npm install ${name}` });
    else versions[name] = version;
  }
  return { versions, missing };
}

function versionOf(name: string): string | undefined {
  for (const folder of FOLDERS) {
    try {
      const require = createRequire(join(folder, 'package.json'));
      return (require(`${name}/package.json`) as { version: string }).version;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
