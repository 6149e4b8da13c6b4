// What every suite is given, and what it gives back.

import type { Role } from 'wsimd';
import type { Pace } from '../harness.ts';
import type { Case, Chunking } from '../payloads.ts';
import type { Report } from '../report.ts';
import type { ServerName } from '../servers/names.ts';

export interface Plan extends Pace {
  roles: readonly Role[];
  cases: readonly Case[];
  sizes: readonly number[];
  chunkings: readonly Chunking[];
  /** Contenders to measure; all where empty. */
  only: readonly string[];
  servers: readonly ServerName[];
  /** Milliseconds a server is kept busy in a round. */
  serverTime: number;
  /** Milliseconds each way of transport runs at each rate. */
  transportTime: number;
  connections: number;
}

export type Findings = Pick<Report, 'rows' | 'ratios'>;

export interface Suite {
  /** One line for --help. */
  what: string;
  /** Packages without which it cannot run. */
  needs?: readonly string[];
  /** The number of subjects, each of which is one step of the progress. */
  steps(plan: Plan): number;
  run(plan: Plan): AsyncGenerator<Findings>;
}

/** Whether a contender was asked for. */
export function isWanted({ only }: Plan, name: string): boolean {
  return only.length === 0 || only.includes(name);
}
