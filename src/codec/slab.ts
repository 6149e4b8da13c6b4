// Memory in which outgoing frames are built one behind another, so that frames sent together lie together. A
// full block is dropped; the frames in it keep it alive.

import { allocate, keepAttached } from '../kernel/platform.ts';

const LARGEST_BLOCK = 32768;
const SMALLEST_BLOCK = 1024;
const NO_BLOCK = new Uint8Array(0);

/** Frames of at most this many bytes are built in a slab; larger ones get memory of their own. */
export const SLAB_LIMIT = 8192;

/** Hands out memory from blocks. Reserve, write, then commit what was used. */
export class Slab {
  /** The block that the last reservation lies in. */
  block: Uint8Array = NO_BLOCK;
  private used = 0;
  private blockBytes: number;
  private readonly largestBlock: number;

  /** The first block has `firstBlock` bytes, each further one twice as many as the last, up to `largestBlock`. */
  constructor(firstBlock: number, largestBlock: number) {
    this.blockBytes = firstBlock;
    this.largestBlock = largestBlock;
  }

  /** Makes sure that `length` bytes are free in `block`, and returns the index of the first. */
  reserve(length: number): number {
    // A detached block has length 0, so it is replaced here.
    if (this.used + length > this.block.length) {
      this.block = this.makeBlock(Math.max(this.blockBytes, length));
      this.blockBytes = Math.min(this.blockBytes * 2, this.largestBlock);
      this.used = 0;
    }
    return this.used;
  }

  protected makeBlock(length: number): Uint8Array<ArrayBuffer> {
    return allocate(length);
  }

  /** Marks all bytes before `end` as used. */
  commit(end: number): void {
    this.used = end;
  }
}

/** A slab for many owners: its blocks have their full size from the start. */
export function sharedSlab(blockBytes: number = LARGEST_BLOCK): Slab {
  return new Slab(blockBytes, blockBytes);
}

/** A slab for many users, who get views of its blocks. */
export class HandedOutSlab extends Slab {
  constructor() {
    super(2 * LARGEST_BLOCK, 2 * LARGEST_BLOCK);
  }

  protected override makeBlock(length: number): Uint8Array<ArrayBuffer> {
    const block = super.makeBlock(length);
    keepAttached(block.buffer);
    return block;
  }
}

/** A slab for one owner that may need little. */
export function ownSlab(): Slab {
  return new Slab(SMALLEST_BLOCK, LARGEST_BLOCK);
}
