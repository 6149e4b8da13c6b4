// Competitors in interleaved rounds: in each round each runs for a short while, so that the machine's
// drift meets all alike; ratios are taken round by round.

import { Bench } from 'tinybench';
import { median, medianRatio, quantile } from './stats.ts';

/** One of several ways to do the same work. */
export interface Contender {
  name: string;
  /** Does the work once; timed. */
  run(): void;
  /** Before each run; not timed. */
  prepare?(): void;
}

export interface Pace {
  rounds: number;
  /** Milliseconds a contender runs in a round. */
  time: number;
}

export interface Measured {
  name: string;
  /** Nanoseconds a unit, one a round. */
  rounds: number[];
  median: number;
  /** Of single runs, over all rounds. */
  p99: number;
}

/** Measures all contenders; `units`: the units of work (messages) in one run. */
export function measure(contenders: readonly Contender[], units: number, pace: Pace): Measured[] {
  const rounds = contenders.map((): number[] => []);
  const p99s = contenders.map((): number[] => []);
  for (const contender of contenders) runOnce(contender, Math.max(20, pace.time));
  for (let round = 0; round < pace.rounds; round++) {
    for (const index of inOrder(contenders.length, round)) {
      globalThis.gc?.();
      const latency = runOnce(contenders[index], pace.time);
      rounds[index].push((latency.p50 * 1e6) / units);
      p99s[index].push((latency.p99 * 1e6) / units);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    rounds: rounds[index],
    median: median(rounds[index]),
    p99: quantile(p99s[index], 0.5),
  }));
}

/** Who runs when: forwards in one round, backwards in the next, each round begun by another. */
function inOrder(count: number, round: number): number[] {
  const indexes = Array.from({ length: count }, (_, i) => (i + (round >> 1)) % count);
  return round % 2 === 0 ? indexes : indexes.reverse();
}

function runOnce(contender: Contender, time: number): { p50: number; p99: number } {
  const bench = new Bench({ time, iterations: 5, warmup: false, throws: true });
  bench.add(contender.name, () => contender.run(), {
    // Without it the task is run once more, unprepared, to find out.
    async: false,
    beforeEach: () => contender.prepare?.(),
  });
  const [task] = bench.runSync();
  const { result } = task;
  if (result.state !== 'completed') throw new Error(`${contender.name}: ${result.state}`);
  return result.latency;
}

/** How many times as fast `fast` is as `slow`, by the median of the rounds' ratios. */
export function ratioOf(slow: Measured, fast: Measured): number {
  return medianRatio(slow.rounds, fast.rounds);
}
