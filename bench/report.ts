// What a suite found, as the JSON of the contract and as text for people.

import type { Role } from 'wsimd';
import type { Meta } from './environment.ts';

/** Which measurement a row or a ratio belongs to. */
export interface Subject {
  suite: string;
  case: string;
  role: Role | '';
  bytes: number;
  /** How the bytes arrive, where that matters. */
  chunks: string;
}

export interface Row extends Subject {
  impl: string;
  unit: string;
  median: number;
  p99: number;
  rounds: number[];
}

/** Above 1, `impl` is faster or cheaper. */
export interface Ratio extends Subject {
  impl: string;
  against: string;
  ratio: number;
}

export interface Report {
  meta: Meta;
  rows: Row[];
  ratios: Ratio[];
}

const subjectOf = ({ suite, case: kind, role, bytes, chunks }: Subject): string =>
  [suite, kind, role, formatBytes(bytes), chunks].filter((part) => part !== '').join(', ');

/** One paragraph a subject: every contender, and what wsimd is to each. */
export function toText({ rows, ratios }: Pick<Report, 'rows' | 'ratios'>): string {
  const lines: string[] = [];
  for (const subject of new Set(rows.map(subjectOf))) {
    lines.push(subject);
    for (const row of rows.filter((candidate) => subjectOf(candidate) === subject)) {
      const against = ratios.filter(
        (ratio) => subjectOf(ratio) === subject && ratio.against === row.impl,
      );
      const compared = against
        .map(({ impl, ratio }) => `${impl} ${formatRatio(ratio)}`)
        .join('   ');
      lines.push(
        `  ${row.impl.padEnd(18)}${formatValue(row).padStart(14)}   ${compared}`.trimEnd(),
      );
    }
  }
  return lines.join('\n');
}

export function formatBytes(bytes: number): string {
  if (bytes === 0) return '';
  if (bytes >= 1 << 20) return `${bytes / (1 << 20)} MiB`;
  return bytes >= 1024 ? `${bytes / 1024} KiB` : `${bytes} B`;
}

function formatValue({ median, unit }: Row): string {
  return `${median >= 100 ? Math.round(median).toLocaleString('en') : median.toPrecision(3)} ${unit}`;
}

/** "13.1x", and a loss plainly as one. */
export function formatRatio(ratio: number): string {
  return `${ratio.toPrecision(3)}x${ratio < 1 ? ' (loss)' : ''}`;
}
