// Parses hex dumps in the formats of hexdump -C, xxd, tcpdump -x and Wireshark. The offsets determine how many bytes a
// line has; the text column is ignored.

import {
  endOfWord,
  findBar,
  hasHex,
  hexDigit,
  type Line,
  linesOf,
  readOffset,
  skipBlanks,
  skipHex,
} from './dump-lines.ts';
import type { ParseBytesCode } from './parse-bytes.ts';

/** Whether the first non-blank line has the format of a dump. */
export function isDump(text: string): boolean {
  for (const line of linesOf(text)) {
    if (skipBlanks(text, line.begin, line.end) === line.end) continue;
    const offset = readOffset(text, line);
    return offset !== undefined && (offset.hasColon || hasHex(text, offset.end, line.end));
  }
  return false;
}

/** Throws an error at an index of the text. */
export type Fail = (what: string, at: number, code?: ParseBytesCode) => never;

/**
 * Parses a dump in which "*" stands for at most `maxRepeated` bytes in total. Parses it twice, to know the size before
 * it allocates memory.
 */
export function parseDump(text: string, maxRepeated: number, fail: Fail): Uint8Array<ArrayBuffer> {
  const length = new DumpReader(text, maxRepeated, fail).read(new Uint8Array(0));
  const bytes = new Uint8Array(length);
  new DumpReader(text, maxRepeated, fail).read(bytes);
  return bytes;
}

class DumpReader {
  private readonly text: string;
  private readonly maxRepeated: number;
  private readonly fail: Fail;
  /** Bytes parsed so far. */
  private length = 0;
  /** Bytes of the previous line, which "*" repeats. */
  private lineLength = 0;
  /** Bytes that "*" has stood for so far. */
  private repeated = 0;
  /** The first offset. */
  private base = -1;
  /** Index of a "*" that the next offset will resolve, or -1. */
  private pendingStar = -1;
  private out: Uint8Array = new Uint8Array(0);

  constructor(text: string, maxRepeated: number, fail: Fail) {
    this.text = text;
    this.maxRepeated = maxRepeated;
    this.fail = fail;
  }

  /** Writes the bytes that fit into `out`. Returns the number of all bytes. */
  read(out: Uint8Array): number {
    const { text } = this;
    this.out = out;
    for (const line of linesOf(text)) {
      const from = skipBlanks(text, line.begin, line.end);
      if (from === line.end) continue;
      const isStar = text[from] === '*' && skipBlanks(text, from + 1, line.end) === line.end;
      if (isStar) this.pendingStar = line.begin;
      else this.readLine(line);
    }
    if (this.pendingStar === -1) return this.length;
    return this.fail(
      'an offset must follow "*": without it, the number of repeated lines is unknown',
      this.pendingStar,
    );
  }

  private readLine(line: Line): void {
    const { text, fail } = this;
    const found = readOffset(text, line);
    if (found === undefined) {
      fail('a line of a hex dump must begin with its offset', line.begin);
      return;
    }
    const offset = Number.parseInt(found.digits, 16);
    if (this.base === -1) this.base = offset;
    const reach = offset - this.base;
    if (this.pendingStar !== -1) this.repeat(reach - this.length, line.begin);
    this.pendingStar = -1;
    // The text column was parsed as hex: the offset corrects the length.
    if (reach < this.length && this.length - this.lineLength < reach) this.length = reach;
    if (reach !== this.length) {
      const expected = (this.base + this.length).toString(16).padStart(found.digits.length, '0');
      fail(`the offset must be ${expected}, got ${found.digits}: bytes are missing`, line.begin);
    }
    const before = this.length;
    this.readBytes(line, found.end, found.hasColon);
    this.lineLength = this.length - before;
  }

  /** Resolves "*": repeats the previous line as often as it fits into `missing` bytes. */
  private repeat(missing: number, at: number): void {
    const { lineLength, maxRepeated, out } = this;
    if (lineLength === 0) this.fail('"*" must follow a line with bytes', at);
    const count = Math.max(0, missing - (missing % lineLength));
    this.repeated += count;
    if (this.repeated > maxRepeated) {
      const what = `"*" must repeat at most ${maxRepeated} bytes in total, got ${this.repeated}`;
      this.fail(what, at, 'WS_ERR_TOO_MANY_BYTES');
    }
    const from = this.length - lineLength;
    for (let done = 0; done < count; ) {
      // The bytes written so far are repetitions too: copies twice as much each time.
      const part = Math.min(lineLength + done, count - done);
      out.copyWithin(this.length + done, from, from + part);
      done += part;
    }
    this.length += count;
  }

  /** Parses the bytes of a line, after its offset, which ends at `begin`. */
  private readBytes(line: Line, begin: number, isXxd: boolean): void {
    const { text } = this;
    // hexdump -C encloses its text column in bars. In other formats a bar is text.
    const end = isXxd ? line.end : findBar(text, begin, line.end);
    const hasBar = end < line.end;
    const before = this.length;
    for (let at = begin; ; ) {
      const from = skipBlanks(text, at, end);
      if (from === end) return;
      const count = this.length - before;
      if (count > 0 && isText(from - at, count, hasBar, isXxd)) return;
      const to = endOfWord(text, from, end);
      if ((to - from) % 2 !== 0 || skipHex(text, from, to) !== to) {
        if (count > 0 && !hasBar) return;
        this.fail(`${quoted(text, from, to)} is not hex`, from);
      }
      if (!isXxd && to - from === 4) {
        const why =
          '16-bit words are ambiguous, because their byte order is unknown: use hexdump -C or xxd';
        this.fail(why, from);
      }
      this.write(from, to);
      at = to;
    }
  }

  private write(from: number, to: number): void {
    const { text, out } = this;
    for (let at = from; at < to; at += 2) {
      out[this.length++] = hexDigit(text.charCodeAt(at)) * 16 + hexDigit(text.charCodeAt(at + 1));
    }
  }
}

/** Characters of a word to quote in an error. */
const MAX_QUOTED = 40;

function quoted(text: string, from: number, to: number): string {
  const isCut = to - from > MAX_QUOTED;
  return JSON.stringify(text.slice(from, Math.min(to, from + MAX_QUOTED))) + (isCut ? '…' : '');
}

/** Whether the text column follows after `count` bytes and `blanks`. Two blanks also separate groups of eight bytes. */
function isText(blanks: number, count: number, hasBar: boolean, isXxd: boolean): boolean {
  if (hasBar || blanks === 1) return count >= 16 && !hasBar && !isXxd;
  return isXxd || blanks > 2 || count !== 8;
}
