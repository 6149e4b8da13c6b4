// The slab: memory in which outgoing unmasked frames are built one behind another, so that frames sent
// together lie together. A block that is full is let go; the frames in it keep it alive.

import { allocate } from '../kernel/platform.ts';

const BLOCK_BYTES = 65536;

/** Frames up to this many bytes are built in the slab; larger ones have memory of their own. */
export const SLAB_LIMIT = 8192;

let block: Uint8Array | null = null;
let used = 0;

/** The block to build the next frame in. */
export function slabBlock(): Uint8Array {
  return block as Uint8Array;
}

/** Makes sure that `length` bytes are free and returns the index of the first. */
export function reserve(length: number): number {
  if (block === null || used + length > BLOCK_BYTES) {
    block = allocate(BLOCK_BYTES);
    used = 0;
  }
  return used;
}

/** Gives away all up to `end`. */
export function commit(end: number): void {
  used = end;
}
