// The rest of a scan, in memory of its own: what a paused decoder keeps of the chunk it was in.

import {
  ENTRY_WORDS,
  FLAG_COMPRESSED,
  FLAG_END,
  FLAG_ERROR,
  FLAG_FIN,
  FLAG_FIRST,
  FLAG_START,
  FLAGS,
  LENGTH,
  OFFSET,
} from '../kernel/frame-table.ts';
import type { Scan } from '../kernel/kernel.ts';
import { allocate, copyOf } from '../kernel/platform.ts';

/** Flags of a whole text message, and what they must be. */
const WHOLE_TEXT = FLAG_FIN | FLAG_START | FLAG_END | FLAG_FIRST | 1;
const MUST_MATCH = WHOLE_TEXT | 0x0f | FLAG_ERROR | FLAG_COMPRESSED;

/** Bytes a string costs beside its characters, as a round figure. */
const TEXT_OVERHEAD = 64;

/** A copy of what is left of a scan from word `first` of its table on. */
export class FrozenScan implements Scan {
  readonly table: Int32Array;
  readonly count: number;
  readonly used: number;
  readonly source: Uint8Array;
  readonly base = 0;
  private textBytes = 0;
  private readonly texts: Map<number, string> | null;

  /** `withTexts`: make the strings now, for transcoded text stays behind. */
  constructor(scan: Scan, first: number, withTexts: boolean) {
    this.table = scan.table.slice(first, scan.count * ENTRY_WORDS);
    this.count = this.table.length / ENTRY_WORDS;
    this.used = scan.used;
    const { source, base } = scan;
    this.source = this.count === 0 ? allocate(0) : copyOf(source, base, base + extent(scan));
    this.texts = withTexts ? new Map() : null;
    for (let word = 0; withTexts && word < this.table.length; word += ENTRY_WORDS) {
      if ((this.table[word + FLAGS] & MUST_MATCH) === WHOLE_TEXT) {
        const text = scan.text(first + word);
        this.texts?.set(word, text);
        this.textBytes += text.length * 2 + TEXT_OVERHEAD;
      }
    }
  }

  /** Bytes of memory it holds. */
  get bytes(): number {
    return this.table.byteLength + this.source.length + this.textBytes;
  }

  text(word: number): string {
    const text = this.texts?.get(word);
    if (text === undefined) throw new Error(`no text was kept of the entry at word ${word}`);
    return text;
  }
}

/** Bytes the entries speak of: `used` ends before the header or payload at fault, which the error names. */
function extent({ table, count, used }: Scan): number {
  const last = (count - 1) * ENTRY_WORDS;
  if ((table[last + FLAGS] & FLAG_ERROR) === 0) return used;
  return Math.max(used, table[last + OFFSET] + Math.max(table[last + LENGTH], 2));
}
