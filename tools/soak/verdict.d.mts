export interface Sample {
  rss: number;
  heapUsed: number;
  external: number;
}
export function isFlat(samples: readonly Sample[]): boolean;
