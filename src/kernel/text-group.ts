// Short strings cut out of longer ones: crossing into the engine costs more than the text of a small
// message, so one crossing makes the text of many, and each is a substring.

/** Bytes decoded at once; also the most memory a kept short string holds on to. */
const GROUP_BYTES = 4096;

/** Decodes `bytes[from, to)` to `(to - from) / unit` code units. */
type Slice = (bytes: Uint8Array, from: number, to: number) => string;

/** Cuts the messages of one scan, in ascending order. */
export class TextGroup {
  private readonly slice: Slice;
  private readonly unit: number;
  private begin = 0;
  private end = 0;
  private text = '';

  /** `unit`: bytes a code unit. */
  constructor(slice: Slice, unit: number) {
    this.slice = slice;
    this.unit = unit;
  }

  /** Forgets the text of the last scan. */
  reset(): void {
    this.end = 0;
    this.begin = 0;
  }

  /**
   * The text of code units `[from, from + length)` behind byte `base`. No unit from `limit` on is read.
   */
  cut(bytes: Uint8Array, base: number, from: number, length: number, limit: number): string {
    const to = from + length;
    if (to > this.end || from < this.begin) {
      const { unit } = this;
      const group = GROUP_BYTES / unit;
      if (length >= group) return this.slice(bytes, base + from * unit, base + to * unit);
      this.begin = from;
      this.end = Math.min(from + group, limit);
      this.text = this.slice(bytes, base + from * unit, base + this.end * unit);
      if (to > this.end || this.text.length !== this.end - from) {
        this.reset();
        throw new Error(`the scan has no text of ${length} code units at ${from}`);
      }
    }
    return this.text.substring(from - this.begin, to - this.begin);
  }
}
