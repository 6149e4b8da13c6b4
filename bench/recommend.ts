// What the figures mean for somebody with a server, in words.

import { formatBytes, formatRatio, formatValue, type Ratio, type Report } from './report.ts';
import { isTie } from './stats.ts';

/** The suite that says most of a server is asked first. */
const SUITES = ['echo', 'pingpong', 'receive'] as const;

const WHAT = {
  echo: 'CPU on a message it echoes, with many under way',
  pingpong: 'CPU on a message, one at a time on each connection',
  receive: 'time on decoding a message it receives, writing left out',
} as const;

/** Sentences, computed from what was measured; none where nothing was compared with ws. */
export function recommend({ rows, ratios }: Pick<Report, 'rows' | 'ratios'>): string[] {
  const of = (suite: string, against: string): Ratio[] =>
    ratios.filter(
      (ratio) =>
        ratio.suite === suite &&
        ratio.against === against &&
        ratio.impl === 'wsimd' &&
        ratio.role === 'server' &&
        !/, (time|answer)$/.test(ratio.chunks) &&
        (suite !== 'receive' || ratio.chunks.startsWith('64')),
    );
  const sentences: string[] = [];
  for (const suite of SUITES) {
    const measured = of(suite, 'ws');
    if (measured.length === 0) continue;
    for (const ratio of measured) {
      const row = rows.find(({ impl, ...subject }) => impl === 'ws' && sameSubject(subject, ratio));
      if (row === undefined) continue;
      const value = formatValue(row.median, row.unit.replace('/message', ''));
      const kind = ratio.case === 'ascii' ? 'text' : ratio.case;
      const start = `For ${formatBytes(ratio.bytes)} ${kind}, ws spends ${value} of ${WHAT[suite]}`;
      sentences.push(`${start}; ${expectation(ratio)}.`);
    }
    sentences.push(...besides(of(suite, 'ws-corked'), 'ws corked once a tick by its user'));
    sentences.push(...besides(of(suite, 'ws+bufferutil'), 'ws with bufferutil'));
    if (suite === 'echo') sentences.push(aloneOf(of('pingpong', 'ws')[0]));
    break;
  }
  return sentences;
}

/** Where each message comes alone, there is little to gather. */
function aloneOf(pingpong: Ratio | undefined): string {
  const why = 'Where each message comes alone, the system’s calls are nearly all there is';
  if (pingpong === undefined)
    return `${why}: run the suite pingpong before you expect as much there.`;
  return `${why}: ${isTie(pingpong) ? 'no gain there' : `${formatRatio(pingpong.ratio)} there`}.`;
}

function sameSubject(
  a: Pick<Ratio, 'suite' | 'case' | 'role' | 'bytes' | 'chunks'>,
  b: Ratio,
): boolean {
  return (
    a.suite === b.suite &&
    a.case === b.case &&
    a.role === b.role &&
    a.bytes === b.bytes &&
    a.chunks === b.chunks
  );
}

function expectation(ratio: Ratio): string {
  if (isTie(ratio)) return 'wsimd gains nothing that could be measured here';
  if (ratio.ratio < 1) return `wsimd is slower here: ${formatRatio(ratio.ratio)}`;
  return `with wsimd expect about ${+(100 / ratio.ratio).toPrecision(2)} % of that (${formatRatio(ratio.ratio)})`;
}

/** Where it is not worth it against those who have done something already. */
function besides(ratios: readonly Ratio[], who: string): string[] {
  const none = ratios.filter((ratio) => ratio.ratio < 1 || isTie(ratio));
  if (ratios.length === 0) return [];
  if (none.length === 0) {
    const least = ratios.reduce((a, b) => (a.ratio < b.ratio ? a : b));
    return [
      `Against ${who} it is still ${formatRatio(least.ratio)} or more, the least at ${formatBytes(least.bytes)}.`,
    ];
  }
  const sizes = none.map(({ bytes, case: kind }) => `${formatBytes(bytes)} ${kind}`).join(', ');
  return [`Against ${who} it is not worth it for ${sizes}.`];
}
