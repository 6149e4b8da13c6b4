// Random numbers that can be had again: the seed is printed where a test fails, and taken from WSIMD_SEED.

const wanted = globalThis.process?.env.WSIMD_SEED;

/** The seed of this run. */
export const seed = wanted ? Number(wanted) >>> 0 : crypto.getRandomValues(new Uint32Array(1))[0];

export class Random {
  private state: number;

  constructor(start: number) {
    this.state = start >>> 0;
  }

  /** 32 bits (mulberry32). */
  bits(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** An integer from 0 to `below - 1`. */
  below(below: number): number {
    return Math.floor((this.bits() / 0x100000000) * below);
  }

  chance(probability: number): boolean {
    return this.bits() / 0x100000000 < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.bits();
    return bytes;
  }

  key(): number[] {
    return [this.below(256), this.below(256), this.below(256), this.below(256)];
  }
}
