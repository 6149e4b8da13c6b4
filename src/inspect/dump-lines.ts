// The lines of a hex dump, scanned without backtracking: the time is linear in the length of any text.

/** A line as indexes of the text, without its line break. */
export interface Line {
  begin: number;
  end: number;
}

/** The offset at the start of a line. */
export interface Offset {
  /** The hex digits. */
  digits: string;
  /** The index after it and its colon. */
  end: number;
  /** Whether a colon follows, as in the output of xxd and tcpdump. */
  hasColon: boolean;
}

export function* linesOf(text: string): Generator<Line> {
  for (let begin = 0; begin < text.length; ) {
    const newline = text.indexOf('\n', begin);
    const next = newline === -1 ? text.length : newline;
    const hasReturn = next > begin && text[next - 1] === '\r';
    yield { begin, end: hasReturn ? next - 1 : next };
    begin = next + 1;
  }
}

/** Whether `\s` matches it. */
export function isBlank(unit: number): boolean {
  if (unit < 0x80) return unit === 32 || (unit >= 9 && unit <= 13);
  return /\s/.test(String.fromCharCode(unit));
}

/** The value of a hex digit; -1 for anything else. */
export function hexDigit(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  const lower = unit | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The index of the first non-blank character at or after `at`, or `end`. */
export function skipBlanks(text: string, at: number, end: number): number {
  let next = at;
  while (next < end && isBlank(text.charCodeAt(next))) next++;
  return next;
}

/** The index of the first blank at or after `at`, or `end`. */
export function endOfWord(text: string, at: number, end: number): number {
  let next = at;
  while (next < end && !isBlank(text.charCodeAt(next))) next++;
  return next;
}

/** The index of the first character at or after `at` that is not a hex digit, or `end`. */
export function skipHex(text: string, at: number, end: number): number {
  let next = at;
  while (next < end && hexDigit(text.charCodeAt(next)) !== -1) next++;
  return next;
}

/** "00000010: 8185 37fa" (xxd, tcpdump) or "0010   81 85 37" (hexdump -C, Wireshark). */
export function readOffset(text: string, { begin, end }: Line): Offset | undefined {
  const first = skipBlanks(text, begin, end);
  const hasPrefix = text.startsWith('0x', first) && first + 2 < end;
  const from = hasPrefix ? first + 2 : first;
  const to = skipHex(text, from, end);
  if (to - from < 4 || to - from > 16) return undefined;
  const digits = text.slice(from, to);
  if (to < end && text[to] === ':') {
    const isColon = to + 1 === end || isBlank(text.charCodeAt(to + 1));
    return isColon ? { digits, end: to + 1, hasColon: true } : undefined;
  }
  const isApart = text[to] === '\t' || (text[to] === ' ' && text[to + 1] === ' ');
  const isAlone = skipBlanks(text, to, end) === end;
  return !hasPrefix && (isAlone || isApart) ? { digits, end: to, hasColon: false } : undefined;
}

/** Whether hex of one or two bytes comes next, as after the offset of hexdump -C or Wireshark. */
export function hasHex(text: string, at: number, end: number): boolean {
  const from = skipBlanks(text, at, end);
  const to = endOfWord(text, from, end);
  return from > at && to - from >= 2 && to - from <= 4 && skipHex(text, from, to) === to;
}

/** The index of the text of hexdump -C, which is between bars; `end` if there is none. */
export function findBar(text: string, at: number, end: number): number {
  let last = end - 1;
  while (last >= at && isBlank(text.charCodeAt(last))) last--;
  if (text[last] !== '|') return end;
  for (let bar = text.indexOf('|', at + 1); bar !== -1 && bar < last; ) {
    if (isBlank(text.charCodeAt(bar - 1))) return bar;
    bar = text.indexOf('|', bar + 1);
  }
  return end;
}
