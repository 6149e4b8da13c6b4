// A report as text: a table for each subject, wins and losses alike.

import Table from 'cli-table3';
import { colors } from '../bin/terminal/colors.ts';
import {
  formatRatio,
  formatValue,
  isOurs,
  type Ratio,
  type Report,
  type Row,
  titleOf,
} from './report.ts';
import { isTie, median, spread } from './stats.ts';

/** Above this, rounds lie so far apart that small differences mean nothing. */
const NOISY = 0.15;

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' },
  ...{ 'bottom-left': '', 'bottom-right': '', left: ' ', 'left-mid': '', mid: '', 'mid-mid': '' },
  ...{ right: '', 'right-mid': '', middle: '  ' },
};

/** One table a subject: every contender, and what each of ours is to it. */
export function toText({ rows, ratios }: Pick<Report, 'rows' | 'ratios'>): string {
  return [...new Set(rows.map(titleOf))]
    .map((title) =>
      tableOf(
        title,
        rows.filter((row) => titleOf(row) === title),
        ratios.filter((ratio) => titleOf(ratio) === title),
      ),
    )
    .join('\n\n');
}

function tableOf(title: string, rows: readonly Row[], ratios: readonly Ratio[]): string {
  const table = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: ['left', 'right', 'left'],
  });
  for (const row of rows) {
    const against = ratios.filter((ratio) => ratio.against === row.impl);
    const name = isOurs(row.impl) ? colors.bold(row.impl) : row.impl;
    // Of latencies the tail is what people feel.
    const tail =
      row.unit === 'ms' && Number.isFinite(row.p99) ? ` (p99 ${row.p99.toPrecision(3)})` : '';
    const value = formatValue(row.median, row.unit) + tail;
    table.push([name, value, against.map(verdict).join('   ')]);
  }
  return `${colors.underline(title)}\n${table.toString().replaceAll(/ +$/gm, '')}`;
}

/** A ratio in words: a win inside the spread is a tie. */
export function verdict(ratio: Ratio): string {
  const text = `${ratio.impl} ${formatRatio(ratio.ratio)}`;
  if (!Number.isFinite(ratio.ratio)) return colors.dim(text);
  if (isTie(ratio)) return colors.dim(`${text} (tie)`);
  return ratio.ratio < 1 ? colors.red(`${text} (loss)`) : colors.green(text);
}

/** What to say of a machine whose rounds lie far apart; undefined where it is quiet enough. */
export function noiseOf(rows: readonly Row[]): string | undefined {
  const timed = rows.filter(({ unit, rounds }) => unit.startsWith('ns') && rounds.length >= 3);
  if (timed.length === 0) return undefined;
  const share = median(timed.map(({ rounds }) => spread(rounds)));
  if (share < NOISY) return undefined;
  const percent = Math.round(share * 100);
  return colors.yellow(
    `This machine is noisy: the middle half of the rounds lies ${percent} % apart. Close whatever else runs, or trust only large differences.`,
  );
}
