// What a suite found: the rows and ratios of the JSON, and how they are made from rounds.

import type { Role } from 'wsimd';
import type { Meta } from './environment.ts';
import {
  type Compared,
  compare,
  type Distribution,
  distributionOf,
  median,
  quantile,
  valueAt,
} from './stats.ts';

/** Which measurement a row or a ratio belongs to. */
export interface Subject {
  suite: string;
  case: string;
  role: Role | '';
  bytes: number;
  /** How the bytes arrive, or what the load is, where that matters. */
  chunks: string;
}

export interface Row extends Subject {
  impl: string;
  unit: string;
  median: number;
  p99: number;
  rounds: number[];
  /** Of latencies: below how many milliseconds which share of the answers came. */
  distribution?: Distribution;
}

/** Above 1, `impl` is faster or cheaper. */
export interface Ratio extends Subject, Compared {
  impl: string;
  against: string;
}

export interface Report {
  meta: Meta;
  rows: Row[];
  ratios: Ratio[];
}

/** What one contender took, round by round. */
export interface Taken {
  impl: string;
  rounds: number[];
  p99?: number;
  distribution?: Distribution;
}

/** The rows and ratios of one subject. `compares`: whether these two do the same. */
export function evaluate(
  subject: Subject,
  unit: string,
  taken: readonly Taken[],
  compares: (ours: string, theirs: string) => boolean = () => true,
): Pick<Report, 'rows' | 'ratios'> {
  const rows = taken.map(({ impl, rounds, p99, distribution }) => ({
    ...subject,
    ...{ impl, unit, median: median(rounds), p99: p99 ?? quantile(rounds, 0.99), rounds },
    ...(distribution && { distribution }),
  }));
  const ratios = taken
    .filter(({ impl }) => !isOurs(impl))
    .flatMap((their) =>
      taken
        .filter(({ impl }) => isOurs(impl) && compares(impl, their.impl))
        .map((our) => ({
          ...subject,
          ...{ impl: our.impl, against: their.impl },
          ...compare(their.rounds, our.rounds),
        })),
    );
  return { rows, ratios };
}

/** Latencies in milliseconds, each round's: their medians, and how they are distributed. */
export function takenByWaits(rounds: readonly number[][]): Omit<Taken, 'impl'> {
  const distribution = distributionOf(rounds);
  return {
    ...{ rounds: rounds.map(median), p99: valueAt(distribution, 0.99) },
    distribution,
  };
}

/** Several findings as one. */
export function join(
  all: readonly Pick<Report, 'rows' | 'ratios'>[],
): Pick<Report, 'rows' | 'ratios'> {
  return { rows: all.flatMap(({ rows }) => rows), ratios: all.flatMap(({ ratios }) => ratios) };
}

export function isOurs(impl: string): boolean {
  return impl.startsWith('wsimd');
}

/** A name for a subject, as a heading. */
export function titleOf({ suite, case: kind, role, bytes, chunks }: Subject): string {
  const parts = [suite, kind, role, bytes === 0 ? '' : formatBytes(bytes), chunks];
  return parts.filter((part) => part !== '').join(', ');
}

export function formatBytes(bytes: number): string {
  if (bytes >= 1 << 20) return `${bytes / (1 << 20)} MiB`;
  return bytes >= 1024 ? `${bytes / 1024} KiB` : `${bytes} B`;
}

export function formatValue(value: number, unit: string): string {
  if (!Number.isFinite(value)) return 'not measured';
  if (unit.startsWith('ns') && value >= 1e6)
    return `${(value / 1e6).toPrecision(3)} m${unit.slice(1)}`;
  if (unit.startsWith('ns') && value >= 1e4)
    return `${(value / 1e3).toPrecision(3)} µ${unit.slice(1)}`;
  const number = value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
  return `${number} ${unit}`;
}

/** "13.1x". */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return 'not measured';
  return `${ratio >= 1000 ? Math.round(ratio).toLocaleString('en') : ratio.toPrecision(3)}x`;
}
