// What a target is given: choices that settle its options, sizes that cut the bytes into chunks, and the bytes. All
// three are mutated, made smaller where they find something, and saved.

import { hex, toHex } from '../../../test/support/bytes.ts';
import type { Random } from '../../../test/support/random.ts';

export interface Case {
  /** Read from left to right by {@link Choices}; zeros follow. */
  choices: readonly number[];
  /** Bytes of each chunk, over and over; none: all in one chunk. */
  cuts: readonly number[];
  bytes: Uint8Array;
}

/** A case as a file has it. */
export interface Vector {
  name: string;
  target: string;
  /** What went wrong, in the words of the check that failed. */
  why: string;
  choices: number[];
  cuts: number[];
  hex: string;
}

/** What is fuzzed. */
export interface Target {
  name: string;
  /** A case of the kind the target is made for, right or nearly right. */
  generate(random: Random): Case;
  /** Throws, or rejects, where something is wrong. */
  check(given: Case): unknown;
}

/** The choices of a case, one after another. */
export class Choices {
  private at = 0;
  private readonly choices: readonly number[];

  constructor({ choices }: Case) {
    this.choices = choices;
  }

  /** From 0 to 255. */
  byte(): number {
    return (this.choices[this.at++] ?? 0) & 255;
  }

  /** The first is the plainest: what a case that was made smaller ends with. */
  pick<T>(list: readonly T[]): T {
    return list[this.byte() % list.length];
  }

  /** True once in `out` times; false where nothing is said. */
  once(out: number): boolean {
    return this.byte() % out === out - 1;
  }
}

const CHOICES = 12;

/** Choices and cuts by chance, for these bytes. */
export function anyhow(bytes: Uint8Array, random: Random): Case {
  return { choices: [...random.bytes(CHOICES)], cuts: anyCuts(random), bytes };
}

function anyCuts(random: Random): number[] {
  const kind = random.below(6);
  if (kind === 0) return [];
  if (kind < 3) return [random.pick([1, 2, 3, 7, 100, 1000, 4096, 65_536])];
  const largest = random.pick([3, 20, 250, 5000, 70_000]);
  return Array.from({ length: 1 + random.below(6) }, () => 1 + random.below(largest));
}

/** The bytes in chunks, each with memory of its own. */
export function* chunksOf({ bytes, cuts }: Case): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = cuts.length === 0 ? bytes.length : Math.max(1, cuts[i % cuts.length]);
    yield bytes.slice(at, at + size);
    at += size;
  }
}

export function toVector(target: string, name: string, why: string, given: Case): Vector {
  const { choices, cuts, bytes } = given;
  return { name, target, why, choices: [...choices], cuts: [...cuts], hex: toHex(bytes) };
}

export function fromVector({ choices, cuts, hex: text }: Vector): Case {
  return { choices, cuts, bytes: hex(text) };
}
