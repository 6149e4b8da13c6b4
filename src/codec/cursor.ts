// Where a decoder is in the scan that it walks. There is one cursor for each decoder: a chunk that comes from within a
// handler waits until the walk is over.

import { ENTRY_WORDS, FLAGS, LENGTH, OFFSET } from '../kernel/frame-table.ts';
import type { Scan } from '../kernel/kernel.ts';

const NOTHING = new Uint8Array(0);
const NO_SCAN: Scan = {
  table: new Int32Array(0),
  count: 0,
  used: 0,
  source: NOTHING,
  base: 0,
  text() {
    throw new Error('no scan is being walked');
  },
};

export class Cursor {
  /** Offset in the stream of the scan's first byte. */
  position = 0;
  scan: Scan = NO_SCAN;
  /** The word of the scan's table that the entry behind the current one begins at. */
  next = 0;
  /** For views: the payload of an entry begins at index `from + offset` of `out`. */
  out: Uint8Array = NOTHING;
  from = 0;

  /** Begins a walk at word `next` of the table. */
  moveTo(scan: Scan, next: number, out: Uint8Array, from: number): void {
    this.scan = scan;
    this.next = next;
    this.out = out;
    this.from = from;
  }

  /** Drops what the walk was over: an idle decoder keeps no chunk alive. */
  clear(): void {
    this.scan = NO_SCAN;
    this.out = NOTHING;
  }

  /** The word of the table that the current entry begins at. */
  get word(): number {
    return this.next - ENTRY_WORDS;
  }

  /** Whether entries are left. */
  get isInside(): boolean {
    return this.next < this.scan.count * ENTRY_WORDS;
  }

  // The current entry.

  get flags(): number {
    return this.scan.table[this.word + FLAGS];
  }

  /** Bytes of its payload, or of the part of it that is here. */
  get length(): number {
    return this.scan.table[this.word + LENGTH];
  }

  /** Where its payload begins in the scan's source. */
  get start(): number {
    return this.scan.base + this.scan.table[this.word + OFFSET];
  }

  /** The same in `out`. */
  get outStart(): number {
    return this.from + this.scan.table[this.word + OFFSET];
  }

  /** The same in the stream. */
  get offset(): number {
    return this.position + this.scan.table[this.word + OFFSET];
  }
}
