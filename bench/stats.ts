// The few statistics the benchmark needs: of rounds, never of means.

/** The middle of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `q` of the values lies, interpolated between neighbours. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** Pairs of a share and the value below which that share of the values lies. */
export type Distribution = [share: number, value: number][];

const SHARES = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];

/** Of each round's distribution, the median over the rounds: one bad round does not make the tail. */
export function distributionOf(rounds: readonly (readonly number[])[]): Distribution {
  return SHARES.map((share) => [share, median(rounds.map((values) => quantile(values, share)))]);
}

/** The value of a share that distributions have. */
export function valueAt(distribution: Distribution, share: number): number {
  return distribution.find(([one]) => one === share)?.[1] ?? Number.NaN;
}

/** A ratio, and between what its rounds lie. */
export interface Compared {
  ratio: number;
  /** A quarter of the rounds lies below. */
  low: number;
  /** A quarter of the rounds lies above. */
  high: number;
}

/** So few rounds do not tell their own spread: then only what is far apart counts. */
const FEW = 3;
const DOUBT = 1.25;

/** The rounds' ratios: what one round's drift does to both sides cancels out. */
export function compare(over: readonly number[], under: readonly number[]): Compared {
  const ratios = over.map((value, round) => value / under[round]);
  const doubt = ratios.length < FEW ? DOUBT : 1;
  return {
    ratio: median(ratios),
    low: quantile(ratios, 0.25) / doubt,
    high: quantile(ratios, 0.75) * doubt,
  };
}

/** Differences below this share are not told apart, however steady the rounds are. */
const SAME = 0.03;

/** Whether the two cannot be told apart: the middle half of the rounds lies on both sides of 1, or at it. */
export function isTie({ ratio, low, high }: Compared): boolean {
  return (low <= 1 && high >= 1) || Math.abs(Math.log(ratio)) < SAME;
}

/** How far the middle half of the rounds lies apart, as a share of the median. */
export function spread(rounds: readonly number[]): number {
  return (quantile(rounds, 0.75) - quantile(rounds, 0.25)) / median(rounds);
}
