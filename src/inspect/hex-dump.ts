// Hex dumps, as hexdump -C, xxd, tcpdump -x and Wireshark print them -> the bytes. The offsets say how many
// bytes a line has; the text beside them is left out.

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

/** Whether the first line with anything on it is that of a dump. */
export function isDump(text: string): boolean {
  for (const line of linesOf(text)) {
    if (skipBlanks(text, line.begin, line.end) === line.end) continue;
    const offset = readOffset(text, line);
    return offset !== undefined && (offset.hasColon || hasHex(text, offset.end, line.end));
  }
  return false;
}

/** Reports a fault at this index of the text. */
export type Fail = (what: string, at: number, code?: ParseBytesCode) => never;

/**
 * Reads a dump, of which "*" may stand for `maxRepeated` bytes in all. Reads it twice: the size is known, and
 * within the limit, before memory of that size is allocated.
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
  /** Bytes so far. */
  private length = 0;
  /** Bytes of the line before: "*" stands for lines that are the same. */
  private lineLength = 0;
  /** Bytes that "*" stood for. */
  private repeated = 0;
  /** The first offset. */
  private base = -1;
  /** Where the "*" is that has not been repeated yet, or -1. */
  private star = -1;
  private out: Uint8Array = new Uint8Array(0);

  constructor(text: string, maxRepeated: number, fail: Fail) {
    this.text = text;
    this.maxRepeated = maxRepeated;
    this.fail = fail;
  }

  /** Writes the bytes to `out` as far as they fit. Returns how many there are. */
  read(out: Uint8Array): number {
    const { text } = this;
    this.out = out;
    for (const line of linesOf(text)) {
      const from = skipBlanks(text, line.begin, line.end);
      if (from === line.end) continue;
      const isStar = text[from] === '*' && skipBlanks(text, from + 1, line.end) === line.end;
      if (isStar) this.star = line.begin;
      else this.readLine(line);
    }
    if (this.star === -1) return this.length;
    return this.fail('no offset follows "*": how often it repeats is not known', this.star);
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
    if (this.star !== -1) this.repeat(reach - this.length, line.begin);
    this.star = -1;
    // Text beside the bytes looked like more of them: the offset knows better.
    if (reach < this.length && this.length - this.lineLength < reach) this.length = reach;
    if (reach !== this.length) {
      const expected = (this.base + this.length).toString(16).padStart(found.digits.length, '0');
      fail(`the offset is ${found.digits}, not ${expected}: bytes are missing`, line.begin);
    }
    const before = this.length;
    this.readBytes(line, found.end, found.hasColon);
    this.lineLength = this.length - before;
  }

  /** "*": the line before, again and again, as far as that fills `missing` bytes. */
  private repeat(missing: number, at: number): void {
    const { lineLength, maxRepeated, out } = this;
    if (lineLength === 0) this.fail('"*" repeats a line without bytes', at);
    const count = Math.max(0, missing - (missing % lineLength));
    this.repeated += count;
    if (this.repeated > maxRepeated) {
      const what = `"*" repeats too much: ${this.repeated} bytes, where ${maxRepeated} are allowed`;
      this.fail(what, at, 'WS_ERR_TOO_MANY_BYTES');
    }
    const from = this.length - lineLength;
    for (let done = 0; done < count; ) {
      // What is written already is the line again and again: it is copied in ever larger parts.
      const part = Math.min(lineLength + done, count - done);
      out.copyWithin(this.length + done, from, from + part);
      done += part;
    }
    this.length += count;
  }

  /** The bytes of a line, behind its offset, which ends at `begin`. */
  private readBytes(line: Line, begin: number, isXxd: boolean): void {
    const { text } = this;
    // hexdump -C has its text between bars; elsewhere a bar is text.
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
        const why = 'words of 16 bits, whose byte order is unknown: use hexdump -C or xxd';
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

/** Characters of a word that an error shows. */
const MAX_QUOTED = 40;

function quoted(text: string, from: number, to: number): string {
  const isCut = to - from > MAX_QUOTED;
  return JSON.stringify(text.slice(from, Math.min(to, from + MAX_QUOTED))) + (isCut ? '…' : '');
}

/** Whether, behind so many bytes, so many blanks end them: two stand also in the middle of sixteen. */
function isText(blanks: number, count: number, hasBar: boolean, isXxd: boolean): boolean {
  if (hasBar || blanks === 1) return count >= 16 && !hasBar && !isXxd;
  return isXxd || blanks > 2 || count !== 8;
}
