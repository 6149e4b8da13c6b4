// Competitors in interleaved rounds: in each round each runs for a short while, in an order of chance, so
// that the machine's drift meets all alike; ratios are taken round by round.

import { Bench } from 'tinybench';
import type { Taken } from './report.ts';
import { median } from './stats.ts';

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
  /** Gives the order of each round. */
  random: () => number;
}

/** Measures all contenders; `units`: the units of work (messages) in one run. */
export async function measure(
  contenders: readonly Contender[],
  units: number,
  pace: Pace,
): Promise<Taken[]> {
  const rounds = contenders.map((): number[] => []);
  const p99s = contenders.map((): number[] => []);
  for (const contender of contenders) runOnce(contender, Math.max(20, pace.time));
  for (let round = 0; round < pace.rounds; round++) {
    // Signals, and the progress bar, get their turn.
    await new Promise((resolve) => setImmediate(resolve));
    for (const index of shuffled(contenders.length, pace.random)) {
      globalThis.gc?.();
      const latency = runOnce(contenders[index], pace.time);
      rounds[index].push((latency.p50 * 1e6) / units);
      p99s[index].push((latency.p99 * 1e6) / units);
    }
  }
  return contenders.map(({ name }, index) => ({
    impl: name,
    rounds: rounds[index],
    p99: median(p99s[index]),
  }));
}

/** The numbers below `count`, in an order of chance. */
export function shuffled(count: number, random: () => number): number[] {
  const indexes = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [indexes[i], indexes[j]] = [indexes[j], indexes[i]];
  }
  return indexes;
}

/** Random numbers that a seed gives again (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
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
