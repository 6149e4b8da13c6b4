// What is there to compare with, and what is not.

import { spawnSync } from 'node:child_process';
import { findBinary } from '../servers/names.ts';
import { inFolders } from './load.ts';

/** A competitor that is not there, and what would bring it. */
export interface Missing {
  name: string;
  command: string;
}

const PACKAGES = ['ws', 'bufferutil', 'utf-8-validate', 'undici', 'websocket-driver', 'websocket'];
const RUNTIMES = ['bun', 'deno'];

/** The versions of all competitors that are installed, by name; and the others. */
export function findCompetitors(): { versions: Record<string, string>; missing: Missing[] } {
  const versions: Record<string, string> = {};
  const missing: Missing[] = [];
  const note = (name: string, version: string | undefined): void => {
    if (version === undefined) missing.push({ name, command: `npm install ${name}` });
    else versions[name] = version;
  };
  for (const name of PACKAGES) note(name, versionOf(name));
  for (const name of RUNTIMES) note(name, versionOfRuntime(name));
  return { versions, missing };
}

function versionOf(name: string): string | undefined {
  return inFolders((require) => (require(`${name}/package.json`) as { version: string }).version);
}

function versionOfRuntime(name: string): string | undefined {
  const path = findBinary(name);
  if (path === undefined) return undefined;
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return /\d+\.\d+\.\d+/.exec(stdout ?? '')?.[0];
}
