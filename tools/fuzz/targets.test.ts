// A short run of every target, the same each time; and every vector that was found, once more. On Node, and again
// without what only Node has.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Bytes } from '../../src/kernel/platform.ts';
import { fromVector, type Vector } from './engine/case.ts';
import { failureOf, fuzz } from './engine/fuzz.ts';
import { TARGETS } from './targets/index.ts';

const isWeb = process.env.WSIMD_TEST_PLATFORM === 'web';
const runs = Number(process.env.WSIMD_RUNS ?? (isWeb ? 100 : 400));
/** Other cases on the web than on Node. */
const seed = Number(process.env.WSIMD_SEED ?? (isWeb ? 2 : 1));

it(`the codec has what ${isWeb ? 'the web' : 'Node'} has`, () => {
  expect(Bytes === Uint8Array).toBe(isWeb);
});

describe.each(TARGETS)('$name', (target) => {
  it(`finds nothing in ${runs} cases (WSIMD_SEED=${seed})`, { timeout: 120_000 }, async () => {
    const { found, executions } = await fuzz(target, { seed, runs });
    expect(found).toEqual([]);
    expect(executions).toBe(runs);
  });
});

const folder = fileURLToPath(new URL('../../test/vectors/found/', import.meta.url));
const vectors = readdirSync(folder).map(
  (name): Vector => JSON.parse(readFileSync(folder + name, 'utf8')),
);

describe('what was found', () => {
  it.each(vectors)('$name: $why', async (vector) => {
    const target = TARGETS.find(({ name }) => name === vector.target);
    if (target === undefined) expect.fail(`there is no target ${vector.target}`);
    else expect(await failureOf(target, fromVector(vector))).toBeUndefined();
  });
});
