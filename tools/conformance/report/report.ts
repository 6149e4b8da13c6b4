// What a run gives: the JSON report, and its counts.

import type { Case, Scale, Verdict } from '../cases/case.ts';
import { AREAS, areaOf } from '../cases/index.ts';
import type { SubjectResults } from '../runner.ts';

export interface Report {
  readonly meta: {
    readonly date: string;
    readonly node: string;
    readonly scale: Scale;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly cases: readonly CaseWords[];
  readonly subjects: readonly SubjectResults[];
}

export type CaseWords = Pick<Case, 'id' | 'title' | 'expectation' | 'section' | 'isOurs'>;

export function makeReport(
  cases: readonly Case[],
  subjects: SubjectResults[],
  scale: Scale,
): Report {
  const versions: Record<string, string> = {};
  for (const { title, version } of subjects) versions[title.split(',')[0]] = version;
  return {
    meta: { date: new Date().toISOString().slice(0, 10), node: process.version, scale, versions },
    cases: cases.map(({ id, title, expectation, section, isOurs }) => ({
      ...{ id, title, expectation, section, isOurs },
    })),
    subjects,
  };
}

export type Counts = Record<Verdict, number>;

export function countOf(results: readonly { readonly verdict: Verdict }[]): Counts {
  const counts: Counts = {
    ...{ strict: 0, 'non-strict': 0, informational: 0, failed: 0, 'not offered': 0 },
  };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}

export interface AreaRow {
  readonly area: string;
  readonly title: string;
  readonly counts: readonly Counts[];
}

/** A row for each area that was played, a column for each subject and role. */
export function areaRows({ subjects }: Report): AreaRow[] {
  return Object.entries(AREAS)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([area, title]) => ({
      ...{ area, title },
      counts: subjects.map(({ results }) =>
        countOf(results.filter(({ id }) => areaOf(id) === area)),
      ),
    }))
    .filter(({ counts }) => Object.values(counts[0] ?? {}).some((count) => count > 0));
}

/** In words, what is not there left out: '7 strict, 2 non-strict'. A dash where there is nothing. */
export function inWords(counts: Counts): string {
  const words = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`);
  return words.join(', ') || '–';
}

export const columnOf = ({ title, role }: SubjectResults): string => `${title}, ${role}`;
