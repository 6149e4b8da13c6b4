// The benchmark's arithmetic, on distributions whose answer is known.

import { describe, expect, it } from 'vitest';
import { belowFloors, changesSince, parseFloor } from '../../bench/check.ts';
import { randomFrom, shuffled } from '../../bench/harness.ts';
import { recommend } from '../../bench/recommend.ts';
import {
  evaluate,
  formatBytes,
  formatValue,
  type Subject,
  takenByWaits,
} from '../../bench/report.ts';
import {
  compare,
  distributionOf,
  isTie,
  median,
  quantile,
  spread,
  valueAt,
} from '../../bench/stats.ts';
import { noiseOf, toText } from '../../bench/text.ts';

const subject: Subject = { suite: 'echo', case: 'ascii', role: 'server', bytes: 125, chunks: '' };

describe('quantiles', () => {
  it.each([
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 2, 3], 0.5, 2.5],
    [[1, 2, 3, 4, 5], 0.25, 2],
    [[1, 2, 3, 4, 5], 0, 1],
    [[1, 2, 3, 4, 5], 1, 5],
    [[10, 20], 0.99, 19.9],
    [[7], 0.3, 7],
  ])('%j at %d is %d', (values, at, expected) => {
    expect(quantile(values, at)).toBeCloseTo(expected);
  });

  it('of nothing is nothing', () => expect(median([])).toBeNaN());
});

describe('a distribution', () => {
  it('is the median of the rounds’, share by share: one bad round does not make the tail', () => {
    const even = Array.from({ length: 1001 }, (_, i) => i);
    const bad = even.map((value) => value * 100);
    const distribution = distributionOf([even, bad, even]);
    expect(valueAt(distribution, 0.5)).toBe(500);
    expect(valueAt(distribution, 0.99)).toBe(990);
    expect(valueAt(distribution, 1)).toBe(1000);
    expect(valueAt(distribution, 0.123)).toBeNaN();
  });

  it('goes with the rounds’ medians into a row', () => {
    const { rows } = evaluate(subject, 'ms', [
      {
        impl: 'ws',
        ...takenByWaits([
          [1, 2, 9],
          [2, 3, 9],
        ]),
      },
    ]);
    expect(rows[0]).toMatchObject({ median: 2.5, rounds: [2, 3] });
    expect(rows[0].distribution?.[0]).toEqual([0, 1.5]);
  });
});

describe('what was not measured', () => {
  it('is said to be so, and is no win', () => {
    const { rows, ratios } = evaluate(subject, 'ms', [
      { impl: 'wsimd', rounds: [Number.NaN] },
      { impl: 'ws', rounds: [1] },
    ]);
    expect(toText({ rows, ratios })).toMatch(/ws +1\.00 ms .* not measured/);
    expect(toText({ rows, ratios })).not.toMatch(/NaN|loss|tie/);
  });
});

describe('a comparison', () => {
  it('is the median of the rounds’ ratios: drift that meets both cancels out', () => {
    const drift = [1, 2, 1.5, 3, 0.5];
    const slow = drift.map((factor) => 200 * factor);
    const fast = drift.map((factor) => 100 * factor);
    expect(compare(slow, fast)).toEqual({ ratio: 2, low: 2, high: 2 });
  });

  it.each([
    [[1.1, 1.2, 1.3, 1.4], false],
    [[0.7, 0.8, 0.85, 0.9], false],
    [[0.9, 1, 1.1, 1.2], true],
    [[1.01, 1.02, 1.01, 1.02], true],
    [[0.8, 0.9, 1.3, 1.6], true],
  ])('%j a tie: %s', (ratios, expected) => {
    const one = ratios.map(() => 1);
    expect(isTie(compare(ratios, one))).toBe(expected);
  });

  it.each([
    [[1.2], true],
    [[1.3], false],
    [[1.2, 1.2], true],
    [[1.2, 1.2, 1.2], false],
  ])('of few rounds %j a tie where they are near: %s', (ratios, expected) => {
    const one = ratios.map(() => 1);
    expect(isTie(compare(ratios, one))).toBe(expected);
  });

  it('names a machine noisy whose rounds lie apart', () => {
    const rowsOf = (rounds: number[]) =>
      evaluate(subject, 'ns/message', [{ impl: 'ws', rounds }]).rows;
    expect(noiseOf(rowsOf([100, 101, 99, 100]))).toBeUndefined();
    expect(noiseOf(rowsOf([100, 150, 80, 200]))).toMatch(/noisy/);
    expect(spread([1, 1, 1])).toBe(0);
  });
});

describe('the order of chance', () => {
  it('is the seed’s, and every order comes', () => {
    const of = (seed: number) => shuffled(8, randomFrom(seed));
    expect(of(7)).toEqual(of(7));
    expect([...of(7)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const random = randomFrom(1);
    const seen = new Set(Array.from({ length: 200 }, () => shuffled(3, random).join('')));
    expect(seen.size).toBe(6);
  });
});

const report = (wsimd: number[], ws: number[], more: Partial<Subject> = {}) =>
  evaluate({ ...subject, ...more }, 'ns/message', [
    { impl: 'wsimd', rounds: wsimd },
    { impl: 'ws', rounds: ws },
  ]);

describe('floors', () => {
  it.each([
    ['echo/ascii/125/ws=3', 0],
    ['echo/ascii/125/ws=10', 0],
    ['echo/ascii/125/ws=10.5', 1],
    ['echo/ascii/16/ws=1', 1],
  ])('%s: %i below', (text, count) => {
    const floor = parseFloor(text);
    expect(floor).toBeDefined();
    expect(belowFloors(floor ? [floor] : [], report([1, 1, 1], [10, 10, 10]))).toHaveLength(count);
  });

  it.each(['', 'echo', 'echo/ascii/125/ws', 'echo/ascii/x/ws=1', 'echo/ascii/125/ws=x'])(
    '%j is none',
    (text) => expect(parseFloor(text)).toBeUndefined(),
  );
});

describe('changes', () => {
  const before = report([1, 1, 1], [10, 10.1, 9.9]);

  it('are told where the rounds lie apart, and only there', () => {
    expect(changesSince(before, before)).toEqual([]);
    expect(changesSince(before, report([1, 1, 1], [10.2, 10.3, 10.1]))).toEqual([]);
    expect(changesSince(before, report([1, 1, 1], [20, 20, 20]))[0]).toMatch(
      /^better .*10\.0x -> 20\.0x/,
    );
    expect(changesSince(before, report([1, 1, 1], [5, 5, 5]))[0]).toMatch(/^worse/);
    expect(changesSince(before, report([1, 1, 1], [5, 5, 5], { bytes: 16 }))).toEqual([]);
  });
});

describe('the recommendation', () => {
  it('is a gain, no gain or a loss, as measured', () => {
    expect(recommend(report([1, 1, 1], [10, 10, 10]))[0]).toContain('about 10 % of that (10.0x)');
    expect(recommend(report([10, 10, 10], [10, 10, 10]))[0]).toContain('gains nothing');
    expect(recommend(report([20, 20, 20], [10, 10, 10]))[0]).toContain('slower here');
    expect(recommend({ rows: [], ratios: [] })).toEqual([]);
  });
});

describe('formats', () => {
  it.each([
    [16, '16 B'],
    [1024, '1 KiB'],
    [1 << 20, '1 MiB'],
  ])('%i bytes: %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [12.345, 'ns/message', '12.3 ns/message'],
    [1234, 'ns/message', '1,234 ns/message'],
    [12_345, 'ns/message', '12.3 µs/message'],
    [12_345_678, 'ns', '12.3 ms'],
    [466, 'bytes', '466 bytes'],
  ])('%d %s: %s', (value, unit, text) => expect(formatValue(value, unit)).toBe(text));
});
