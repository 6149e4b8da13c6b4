// Where and on what a report was made.

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { backend } from 'wsimd';
import type { Missing } from './contenders/competitors.ts';

export interface Meta {
  node: string;
  v8: string;
  cpu: string;
  os: string;
  commit: string;
  date: string;
  backend: string;
  competitors: Record<string, string>;
  missing: Missing[];
  /** Of the order in which contenders ran. */
  seed?: number;
}

export function describeEnvironment(
  competitors: Record<string, string>,
  missing: readonly Missing[],
): Meta {
  return {
    node: process.version,
    v8: process.versions.v8,
    cpu: cpus()[0]?.model ?? 'unknown',
    os: `${process.platform} ${process.arch}`,
    commit: commit(),
    date: new Date().toISOString(),
    backend: backend(),
    competitors,
    missing: [...missing],
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
  } catch {
    return 'unknown';
  }
}
