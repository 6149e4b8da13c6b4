// The servers there are, and what each needs to be started.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { FOLDERS } from '../contenders/load.ts';

export const SERVERS = [
  ...(['codec', 'wsimd', 'wsimd-js', 'ws', 'ws+bufferutil', 'ws-corked', 'websocket'] as const),
  ...(['bun', 'deno'] as const),
] as const;
export type ServerName = (typeof SERVERS)[number];

/** Compared where nothing else is asked for, as far as they are there. */
export const DEFAULT_SERVERS: readonly ServerName[] = [
  ...(['wsimd', 'ws', 'ws+bufferutil', 'ws-corked', 'websocket', 'bun', 'deno'] as const),
];

/** Environment a server's process needs: ws decides on its addon when it is loaded. */
export function environmentOf(name: ServerName): Record<string, string> {
  const backend = { WSIMD_BACKEND: name === 'wsimd-js' ? 'js' : '' };
  return name === 'ws+bufferutil' ? backend : { ...backend, WS_NO_BUFFER_UTIL: '1' };
}

/** How a server's process is started. */
export interface Launch {
  /** The program of dist/bench. */
  file: string;
  /** What runs it; undefined for the Node that runs this. */
  runtime?: string;
  /** The runtime's own arguments. */
  flags: string[];
}

export function launchOf(name: ServerName): Launch {
  if (name === 'bun') return { file: 'bun-server', runtime: findBinary('bun'), flags: [] };
  if (name === 'deno') {
    return {
      file: 'deno-server',
      runtime: findBinary('deno'),
      flags: ['run', '-A', '--no-config'],
    };
  }
  return { file: 'server-process', flags: [] };
}

/** Whether all that the server needs is there. `versions`: of the packages that are. */
export function isServerThere(name: ServerName, versions: Record<string, string>): boolean {
  if (name === 'ws+bufferutil') return versions.bufferutil !== undefined;
  if (name === 'bun' || name === 'deno') return findBinary(name) !== undefined;
  return name !== 'websocket' || versions.websocket !== undefined;
}

/** A program of the user's, of the benchmark's, or on the path. */
export function findBinary(name: string): string | undefined {
  const beside = FOLDERS.map((folder) => join(folder, 'node_modules', '.bin'));
  const paths = [...beside, ...(process.env.PATH ?? '').split(delimiter)];
  return paths.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
