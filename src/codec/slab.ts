// Memory in which outgoing frames are built one behind another, so that frames sent together lie together.

import { allocate, keepAttached } from '../kernel/platform.ts';

/** Four frames of 16 KiB fit, headers and all. */
const BLOCK_BYTES = 65536 + 1024;
const SMALLEST_BLOCK = 1024;
const LARGEST_OWN_BLOCK = 32768;
/** Blocks that a reused slab keeps. */
const MOST_BLOCKS = 8;
const NO_BLOCK = new Uint8Array(0);

/** Frames of at most this many bytes are built in a slab; larger ones get memory of their own. */
export const SLAB_LIMIT = 8192;

/** Hands out memory from blocks. Reserve, write, then commit what was used. A full block lives on in its frames. */
export class Slab {
  /** The block that the last reservation lies in. */
  block: Uint8Array = NO_BLOCK;
  /** The largest frame that is built here. */
  readonly limit: number;
  private used = 0;
  private blockBytes: number;
  private readonly largestBlock: number;

  /** The first block has `firstBlock` bytes, each further one twice as many as the last, up to `largestBlock`. */
  constructor(firstBlock: number, largestBlock: number, limit: number = SLAB_LIMIT) {
    this.blockBytes = firstBlock;
    this.largestBlock = largestBlock;
    this.limit = limit;
  }

  /** Makes sure that `length` bytes are free in `block`, and returns the index of the first. */
  reserve(length: number): number {
    // A detached block has length 0, so it is replaced here.
    if (this.used + length > this.block.length) {
      this.block = this.nextBlock(Math.max(this.blockBytes, length));
      this.blockBytes = Math.min(this.blockBytes * 2, this.largestBlock);
      this.used = 0;
    }
    return this.used;
  }

  /** Marks all bytes before `end` as used. */
  commit(end: number): void {
    this.used = end;
  }

  /** A batch of frames begins to use this memory; called between a commit and the next reservation. */
  hold(): void {}

  /** A batch of frames no longer uses this memory. `isFree`: nobody else does, either. */
  release(_isFree: boolean): void {}

  protected nextBlock(length: number): Uint8Array<ArrayBuffer> {
    return allocate(length);
  }

  /** Begins the block again, or, with another one, that. */
  protected rewind(block: Uint8Array = this.block): void {
    this.block = block;
    this.used = 0;
  }
}

/** A slab for many owners: its blocks have their full size from the start. */
export function sharedSlab(blockBytes: number = BLOCK_BYTES): Slab {
  return new Slab(blockBytes, blockBytes);
}

/** A slab for one owner that may need little. */
export function ownSlab(): Slab {
  return new Slab(SMALLEST_BLOCK, LARGEST_OWN_BLOCK);
}

/** A slab for many users, who get views of its blocks: they must not transfer what others use, too. */
export class HandedOutSlab extends Slab {
  constructor() {
    super(BLOCK_BYTES, BLOCK_BYTES);
  }

  protected override nextBlock(length: number): Uint8Array<ArrayBuffer> {
    const block = super.nextBlock(length);
    keepAttached(block.buffer);
    return block;
  }
}

/**
 * A slab whose memory is used again as soon as every batch in it has left and been copied by the system: allocating
 * takes longer than copying (bench/echo, 16 KiB, Node 24). So larger frames are worth building here.
 */
export class ReusedSlab extends Slab {
  private batches = 0;
  /** Somebody still reads what a batch has left: this memory is theirs. */
  private isTaken = false;
  private full: Uint8Array[] = [];
  private free: Uint8Array[] = [];

  constructor(limit: number) {
    super(BLOCK_BYTES, BLOCK_BYTES, limit);
  }

  override hold(): void {
    this.batches++;
  }

  override release(isFree: boolean): void {
    if (!isFree) this.isTaken = true;
    if (--this.batches > 0) return;
    if (this.isTaken) this.rewind(this.free.pop() ?? NO_BLOCK);
    else {
      for (const block of this.full) if (this.free.length < MOST_BLOCKS) this.free.push(block);
      this.rewind();
    }
    this.isTaken = false;
    if (this.full.length > 0) this.full = [];
  }

  protected override nextBlock(length: number): Uint8Array<ArrayBuffer> {
    if (this.block.length > 0 && this.full.length < MOST_BLOCKS) this.full.push(this.block);
    const block = length <= BLOCK_BYTES ? this.free.pop() : undefined;
    return (block as Uint8Array<ArrayBuffer> | undefined) ?? super.nextBlock(length);
  }
}
