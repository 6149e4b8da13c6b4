// Copies of ws, as it is and accelerated, each loaded afresh: they share nothing.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { accelerate } from '../../../../src/adapters/ws/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: ws's insides are part of what is compared
export type Any = any;

/** What `require('ws')` gives. */
export type Library = Any;

const require = createRequire(import.meta.url);

/** Names under which versions of ws are installed. */
export const VERSIONS = ['ws', 'ws-8.20', 'ws-8.17', 'ws-8.5'] as const;

function loadAfresh(name: string): Library {
  const folder = dirname(require.resolve(name)) + sep;
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(folder)) delete require.cache[file];
  }
  return require(name);
}

export function versionOf(name: string): string {
  const file = join(dirname(require.resolve(name)), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

export const stock = (name: string): Library => loadAfresh(name);
export const accelerated = (name: string): Library => accelerate(loadAfresh(name));
