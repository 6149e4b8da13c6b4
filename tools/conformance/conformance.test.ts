// Every case, in the quick size, with every subject in both roles: all of ours are strict. What ws is not
// strict in is known from the Autobahn testsuite: where our runner says otherwise, the runner is wrong.

import { beforeAll, describe, expect, it } from 'vitest';
import { AREAS, allCases, areaOf } from './cases/index.ts';
import type { Role } from './peer/frames.ts';
import { run, type SubjectResults } from './runner.ts';
import { SUBJECTS } from './subjects/subjects.ts';

const cases = allCases();
const ROLES: readonly Role[] = ['server', 'client'];

/** What ws is known for: text is only looked at once its message is whole. */
const FAIL_FAST = ['6.4.1', '6.4.2', '6.4.3', '6.4.4'];

function notStrict({ results }: SubjectResults, area: string): string[] {
  return results
    .filter(({ id }) => areaOf(id) === area)
    .filter(({ verdict }) => verdict !== 'strict' && verdict !== 'informational')
    .map(({ id, verdict, why }) => `${id} ${verdict}: ${why}`);
}

it('a case has a number of its own', () => {
  const ids = cases.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(ROLES)('as a %s', (role) => {
  describe.each(SUBJECTS)('$title', (subject) => {
    let played: SubjectResults;
    beforeAll(async () => {
      played = await run(subject, role, { cases, scale: 'quick' });
    });

    it.each(Object.entries(AREAS))('%s.* %s', (area) => {
      const isDeflate = area === '12' || area === '13';
      const lines = notStrict(played, area);
      if (subject.kind === 'streams' && isDeflate) {
        expect(lines.every((line) => line.includes('not offered'))).toBe(true);
      } else if (subject.id === 'ws' && area === '6') {
        expect(lines.map((line) => line.split(':')[0])).toEqual(
          FAIL_FAST.map((id) => `${id} non-strict`),
        );
      } else {
        expect(lines).toEqual([]);
      }
    });
  });
});
