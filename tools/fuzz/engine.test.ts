// The fuzzer itself: it finds what was planted, makes it small, and does the same again with the same seed.

import { describe, expect, it } from 'vitest';
import { Random } from '../../test/support/random.ts';
import { anyhow, type Case, chunksOf, fromVector, type Target, toVector } from './engine/case.ts';
import { Coverage, watch } from './engine/coverage.ts';
import { failureOf, fuzz } from './engine/fuzz.ts';
import { minimise } from './engine/minimise.ts';
import { ensure } from './engine/same.ts';

const generate = (random: Random): Case => anyhow(random.bytes(random.below(200)), random);

/** Wrong where a chunk begins with a letter and holds another behind it. */
const planted: Target = {
  name: 'planted',
  generate,
  check(given) {
    for (const chunk of chunksOf(given)) {
      ensure(!(chunk[0] === 0x61 && chunk.includes(0x62, 1)), 'a and b in a chunk');
    }
  },
};

watch();

describe('the fuzzer', () => {
  it('finds what is wrong, and makes it small', async () => {
    const { found } = await fuzz(planted, { seed: 1, runs: 20_000 });
    expect(found.length).toBeGreaterThan(0);
    const [{ given, why }] = found;
    expect(why).toBe('Finding: a and b in a chunk');
    expect([...given.bytes]).toEqual([0x61, 0x62]);
    expect(given.choices).toEqual([]);
  });

  it('checks the same cases with the same seed, and others with another', async () => {
    const casesOf = async (seed: number) => {
      const cases: unknown[] = [];
      const seen: Target = {
        ...planted,
        check: (given) => void cases.push(toVector('', '', '', given)),
      };
      await fuzz(seen, { seed, runs: 300 });
      return JSON.stringify(cases);
    };
    const first = await casesOf(7);
    expect(await casesOf(7)).toBe(first);
    expect(await casesOf(8)).not.toBe(first);
  });

  it('gives the same case back from a vector', () => {
    const given = generate(new Random(3));
    expect(fromVector(JSON.parse(JSON.stringify(toVector('a', 'b', 'c', given))))).toEqual(given);
  });

  it('keeps the cut that matters', async () => {
    const given = { choices: [9, 9], cuts: [5, 2, 7], bytes: new Uint8Array(64).fill(1) };
    const fails = async (one: Case) => [...chunksOf(one)].some(({ length }) => length === 2);
    const least = await minimise(given, fails);
    expect(await fails(least)).toBe(true);
    expect(least.bytes.length).toBeLessThanOrEqual(2);
    expect(least.cuts.length).toBeLessThanOrEqual(1);
  });

  it('takes a rejection for a finding', async () => {
    const rejecting: Target = { ...planted, check: () => Promise.reject(new Error('no')) };
    expect(await failureOf(rejecting, generate(new Random(1)))).toBe('Error: no');
  });
});

/** Eight branches, one inside the other: by chance once in sixteen million. */
function deep(bytes: Uint8Array): boolean {
  if (bytes[0] >> 5 !== 3) return false;
  if (bytes[1] >> 5 !== 1) return false;
  if (bytes[2] >> 5 !== 6) return false;
  if (bytes[3] >> 5 !== 2) return false;
  if (bytes[4] >> 5 !== 7) return false;
  if (bytes[5] >> 5 !== 4) return false;
  if (bytes[6] >> 5 !== 5) return false;
  return bytes[7] >> 5 === 2;
}

const nested: Target = {
  name: 'nested',
  generate: (random) => ({ choices: [0], cuts: [], bytes: random.bytes(8) }),
  check: ({ bytes }) => ensure(!deep(bytes), 'deep'),
};

describe('the coverage', () => {
  it('tells what is new, once', () => {
    const coverage = new Coverage('engine.test.ts');
    coverage.clear();
    deep(new Uint8Array(8));
    expect(coverage.isNew(true)).toBe(true);
    deep(new Uint8Array(8));
    expect(coverage.isNew(true)).toBe(false);
    deep(new Uint8Array([0x77, 0]));
    expect(coverage.isNew(true)).toBe(true);
  });

  it('leads to where chance does not', async () => {
    const coverage = new Coverage('engine.test.ts');
    const guided = await fuzz(nested, { seed: 5, runs: 12_000, coverage });
    expect(guided.found.map(({ why }) => why)).toContain('Finding: deep');
    const blind = await fuzz(nested, { seed: 5, runs: 12_000 });
    expect(blind.found).toEqual([]);
  });
});
