// The bytes of one direction in order, with their times. Small segments share blocks of memory: separately, each would
// take several times its size.

import type { Budget } from './budget.ts';

const MIN_BLOCK = 256;
const MAX_BLOCK = 1024 * 1024;
/** Bytes of memory of a block, in addition to its size. */
const BLOCK = 200;
/** Bytes of memory of a mark. */
const MARK = 24;
/** The first bytes of a direction: its handshake and first frames. */
const BEGINNING = 65_536;
/** Part of the budget reserved for first bytes, so that large connections do not prevent the detection of protocols. */
export const RESERVE = 64 * 1024 * 1024;

/** Records bytes up to a limit and within a budget. */
export class Recording {
  /** Bytes appended. */
  length = 0;
  /** Whether the budget was used up. */
  isRefused = false;
  private blocks: Uint8Array[] = [];
  /** Free bytes at the end of the last block. */
  private free = 0;
  /** Offsets of the first byte of each packet time, and those times in seconds. */
  private readonly begins: number[] = [];
  private readonly times: number[] = [];
  /** Bytes taken from the budget for blocks, and for marks. */
  private blocksCost = 0;
  private marksCost = 0;
  private readonly limit: number;
  private readonly budget: Budget;

  constructor(limit: number, budget: Budget) {
    this.limit = limit;
    this.budget = budget;
  }

  /** Appends a copy of the bytes, or returns false if they exceed the limit or the budget. */
  append(bytes: Uint8Array, time: number): boolean {
    if (this.length + this.marksCost + bytes.length > this.limit) return false;
    const isMarked = this.times.at(-1) !== time;
    const mark = isMarked ? MARK : 0;
    const rest = Math.max(0, bytes.length - this.free);
    const size = rest === 0 ? 0 : Math.max(rest, MIN_BLOCK, Math.min(MAX_BLOCK, this.length));
    const cost = size === 0 ? 0 : size + BLOCK;
    if (!this.budget.take(cost + mark, this.length < BEGINNING ? 0 : RESERVE)) {
      this.isRefused = true;
      return false;
    }
    this.blocksCost += cost;
    this.marksCost += mark;
    if (isMarked) {
      this.begins.push(this.length);
      this.times.push(time);
    }
    const last = this.blocks.at(-1);
    last?.set(bytes.subarray(0, bytes.length - rest), last.length - this.free);
    this.free -= bytes.length - rest;
    if (rest > 0) {
      const block = new Uint8Array(size);
      block.set(bytes.subarray(bytes.length - rest));
      this.blocks.push(block);
      this.free = size - rest;
    }
    this.length += bytes.length;
    return true;
  }

  /** A copy of the first `count` bytes, or of all. */
  head(count: number): Uint8Array {
    return Buffer.concat(this.blocks, Math.min(count, this.length));
  }

  /** Returns and releases all bytes. Their times are kept. */
  takeBytes(): Uint8Array {
    const bytes = this.head(this.length);
    this.blocks = [];
    this.free = 0;
    this.budget.give(this.blocksCost);
    this.blocksCost = 0;
    return bytes;
  }

  /** Releases bytes and times. */
  clear(): void {
    this.blocks = [];
    this.free = 0;
    this.length = 0;
    this.begins.length = 0;
    this.times.length = 0;
    this.budget.give(this.blocksCost + this.marksCost);
    this.blocksCost = 0;
    this.marksCost = 0;
  }

  /** The time of the byte at `at`, in seconds. */
  timeOf(at: number): number {
    let [low, high] = [0, this.begins.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.begins[middle] <= at) low = middle;
      else high = middle;
    }
    return this.times[low] ?? 0;
  }
}
