// A report in the terminal: a table of the areas, then everything that is neither strict nor to be expected.

import Table from 'cli-table3';
import pc from 'picocolors';
import type { Verdict } from '../cases/case.ts';
import { areaRows, type Counts, columnOf, countOf, inWords, type Report } from './report.ts';

const COLOURS: Record<Verdict, (text: string) => string> = {
  strict: pc.green,
  'non-strict': pc.yellow,
  informational: pc.cyan,
  failed: pc.red,
  'not offered': pc.dim,
};

export function toText(report: Report): string {
  const rows = areaRows(report);
  const table = new Table({ head: ['', ...rows.map(({ area }) => `${area}.*`), 'all'] });
  report.subjects.forEach((subject, column) => {
    const cells = rows.map(({ counts }) => short(counts[column]));
    table.push([columnOf(subject), ...cells, short(countOf(subject.results))]);
  });
  const legend = rows.map(({ area, title }) => `${area} ${title}`).join(', ');
  return [table.toString(), `strict/non-strict/failed: ${legend}`, ...notStrict(report)].join('\n');
}

/** '11', or '7/2/0' where something is not strict. */
function short(counts: Counts): string {
  const asked = counts.strict + counts['non-strict'] + counts.failed;
  if (asked === 0) return pc.dim(counts['not offered'] > 0 ? 'none' : `(${counts.informational})`);
  if (counts.strict === asked) return pc.green(String(asked));
  const colour = counts.failed > 0 ? pc.red : pc.yellow;
  return colour(`${counts.strict}/${counts['non-strict']}/${counts.failed}`);
}

function notStrict({ subjects }: Report): string[] {
  return subjects.flatMap((subject) => {
    const lines = subject.results
      .filter(({ verdict }) => verdict === 'failed' || verdict === 'non-strict')
      .map(({ id, verdict, why }) => `  ${id} ${COLOURS[verdict](verdict)}: ${why}`);
    return [`\n${columnOf(subject)}: ${inWords(countOf(subject.results))}`, ...lines];
  });
}
