// Reports as one page of Markdown: docs/benchmarks.md is made by
//
//   node dist/bench/markdown.js report.json... > docs/benchmarks.md

import { readFileSync } from 'node:fs';
import { formatBytes, formatRatio, type Ratio, type Report } from './report.ts';
import { isTie } from './stats.ts';

const INTRO = `# Benchmarks

Ratio of each competitor's cost to that of wsimd. Above 1, wsimd is faster or uses less; **bold** is a loss; *italic* is a tie:
the rounds do not show a difference. A ratio is the median over interleaved rounds.

\`\`\`sh
npx wsimd bench echo pingpong --quick     # measure your own; in this repository: npm run bench
\`\`\`

The first column names the suite and the case: the size of a message, its content, the role of wsimd, and how the input is
chunked or how many connections there are. In the suites with servers, a plain row is server CPU, *time* is elapsed time, and
*answer* is the latency of an answer. In the suite *transports*, the columns are relative to \`wsimd/ws\`.

\`wsimd bench --json\` and \`node dist/bench/markdown.js\` generate this page.
`;

/** The table of one suite: a line a subject, a column for each that is compared with. */
function tableOf(suite: string, ratios: readonly Ratio[]): string {
  const ours = ratios.filter((ratio) => ratio.suite === suite && mainOf(ratio));
  const against = [...new Set(ours.map((ratio) => ratio.against))];
  if (against.length === 0) return '';
  const subjects = [...new Set(ours.map(labelOf))];
  const lines = subjects.map((subject) => {
    const cells = against.map((name) => {
      const ratio = ours.find((one) => labelOf(one) === subject && one.against === name);
      return ratio === undefined ? '' : cellOf(ratio);
    });
    return `| ${subject} | ${cells.join(' | ')} |`;
  });
  const head = `| ${suite} | ${against.join(' | ')} |\n|---|${against.map(() => '---|').join('')}`;
  return `${head}\n${lines.join('\n')}\n`;
}

/** wsimd with views, and with strings against those who make strings. */
function mainOf({ impl, against, suite, case: kind }: Ratio): boolean {
  const isString =
    suite === 'receive' &&
    kind !== 'binary' &&
    ['ws+toString', 'undici', 'websocket-driver'].includes(against);
  return (
    impl === (isString ? 'wsimd-string' : 'wsimd') && !(against === 'ws+toString' && !isString)
  );
}

function labelOf({ case: kind, role, bytes, chunks }: Ratio): string {
  const size = bytes === 0 ? '' : formatBytes(bytes);
  return [size, kind, role, chunks].filter((part) => part !== '').join(', ');
}

function cellOf(ratio: Ratio): string {
  if (!Number.isFinite(ratio.ratio)) return '';
  if (isTie(ratio)) return `*${formatRatio(ratio.ratio)}*`;
  return ratio.ratio < 1 ? `**${formatRatio(ratio.ratio)}**` : formatRatio(ratio.ratio);
}

function sectionOf({ meta, ratios }: Report): string {
  const beside = Object.entries(meta.competitors).map(([name, version]) => `${name} ${version}`);
  const suites = [...new Set(ratios.map(({ suite }) => suite))];
  const about = `${meta.os}, ${meta.cpu}, commit ${meta.commit}, ${meta.date.slice(0, 10)}; ${beside.join(', ')}`;
  const tables = suites.map((suite) => tableOf(suite, ratios)).filter((table) => table !== '');
  return `## Node ${meta.node}\n\n${about}\n\n${tables.join('\n')}`;
}

const reports = process.argv
  .slice(2)
  .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
process.stdout.write(`${[INTRO, ...reports.map(sectionOf)].join('\n')}`);
