// What a pause, or a handler that threw, left undone of a chunk.

import { ENTRY_WORDS } from '../kernel/frame-table.ts';
import type { Scan } from '../kernel/kernel.ts';
import { copyOf, viewOf } from '../kernel/platform.ts';
import { FrozenScan } from './frozen-scan.ts';

const NOTHING = new Uint8Array(0);

/** A walk as it was interrupted. */
export interface Interruption {
  scan: Scan;
  /** The word of its table to go on with. */
  next: number;
  /** Where the payloads of the scan are, for views. */
  out: Uint8Array;
  from: number;
  /** The chunk, how long it was when it came, and where it goes on behind the scan. */
  chunk: Uint8Array;
  length: number;
  restAt: number;
}

/** How the decoder was set up that was interrupted. */
export interface Keeping {
  isView: boolean;
  withTexts: boolean;
  /** The chunk need not be given back. */
  isChunkOurs: boolean;
}

/** The entries of a scan and the bytes of its chunk that wait. */
export class Backlog {
  // Null where a handler detached what entries that are left speak of.
  readonly scan: FrozenScan | null;
  /** The word of its table to go on with. */
  readonly word: number = 0;
  readonly out: Uint8Array;
  readonly from: number;
  // The bytes of the chunk behind the scan, and how many they must still be when they are read.
  readonly rest: Uint8Array;
  readonly restLength: number;

  constructor(walk: Interruption, { isView, withTexts, isChunkOurs }: Keeping) {
    const { scan, next, out, from, chunk, length, restAt } = walk;
    const isChunkThere = chunk.byteLength === length;
    const isLeft = next < scan.count * ENTRY_WORDS;
    const isThere = out.byteLength > 0 && scan.source.byteLength > 0;
    const isReadable = isThere && (out !== chunk || isChunkThere);
    this.scan = null;
    this.out = NOTHING;
    if (scan instanceof FrozenScan) this.word = next;
    if (!isLeft || isReadable) {
      this.scan = scan instanceof FrozenScan ? scan : new FrozenScan(scan, next, withTexts);
      // All but views read the scan's own memory.
      if (isLeft) this.out = isView ? viewOf(out, 0, out.length) : this.scan.source;
    }
    this.from = from;
    this.rest = NOTHING;
    this.restLength = length - restAt;
    if (this.restLength > 0 && isChunkThere) {
      this.rest = (isChunkOurs ? viewOf : copyOf)(chunk, restAt, length);
    }
  }

  /** Bytes of memory it holds. */
  get bytes(): number {
    return (this.scan?.bytes ?? 0) + this.rest.length;
  }

  /** The scan, unless the memory of the entries that are left is gone. */
  get readable(): FrozenScan | null {
    const { scan, word, out } = this;
    const isLeft = scan !== null && word < scan.count * ENTRY_WORDS;
    return isLeft && out.byteLength === 0 ? null : scan;
  }
}
