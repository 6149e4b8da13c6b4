// A report against an earlier one, and against what it must not fall below.

import { formatRatio, type Ratio, type Report, titleOf } from './report.ts';
import { isTie } from './stats.ts';

const keyOf = (ratio: Ratio): string => `${titleOf(ratio)}, ${ratio.impl} against ${ratio.against}`;

/** Ratios that have changed by more than their rounds are apart, and those that are gone. */
export function changesSince(
  earlier: Pick<Report, 'ratios'>,
  now: Pick<Report, 'ratios'>,
): string[] {
  const before = new Map(earlier.ratios.map((ratio) => [keyOf(ratio), ratio]));
  return now.ratios.flatMap((ratio) => {
    const old = before.get(keyOf(ratio));
    if (old === undefined || (isTie(old) && isTie(ratio))) return [];
    const isApart = ratio.low > (old.high ?? old.ratio) || ratio.high < (old.low ?? old.ratio);
    if (!isApart || Math.abs(ratio.ratio / old.ratio - 1) < 0.05) return [];
    const change = `${formatRatio(old.ratio)} -> ${formatRatio(ratio.ratio)}`;
    return [`${ratio.ratio > old.ratio ? 'better' : 'worse'}  ${keyOf(ratio)}: ${change}`];
  });
}

/** `suite/case/bytes/against=ratio`: what wsimd must be at least. */
export interface Floor {
  text: string;
  suite: string;
  case: string;
  bytes: number;
  against: string;
  ratio: number;
}

/** Returns undefined where the text is no such thing. */
export function parseFloor(text: string): Floor | undefined {
  const match = /^([^/]+)\/([^/]+)\/(\d+)\/([^=]+)=(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) return undefined;
  const [, suite, kind, bytes, against, ratio] = match;
  return { text, suite, case: kind, bytes: Number(bytes), against, ratio: Number(ratio) };
}

/** What falls below its floor, or was not measured, in words. */
export function belowFloors(
  floors: readonly Floor[],
  { ratios }: Pick<Report, 'ratios'>,
): string[] {
  return floors.flatMap((floor) => {
    const measured = ratios.filter(
      (ratio) =>
        ratio.impl === 'wsimd' &&
        ratio.suite === floor.suite &&
        ratio.case === floor.case &&
        ratio.bytes === floor.bytes &&
        ratio.against === floor.against &&
        // Of servers, their CPU.
        !/, (time|answer)$/.test(ratio.chunks),
    );
    if (measured.length === 0) return [`${floor.text}: not measured`];
    return measured
      .filter((ratio) => !(ratio.ratio >= floor.ratio))
      .map((ratio) => `${floor.text}: ${formatRatio(ratio.ratio)} (${titleOf(ratio)})`);
  });
}
