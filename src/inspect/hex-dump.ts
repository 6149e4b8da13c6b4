// Hex dumps, as hexdump -C, xxd, tcpdump -x and Wireshark print them -> the bytes. The offsets say how many
// bytes a line has; the text beside them is left out.

/** "00000010: 8185 37fa" (xxd, tcpdump) or "0010   81 85 37" (hexdump -C, Wireshark). */
const COLON = /^\s*(?:0x)?([0-9a-fA-F]{4,16}):(?=\s|$)/;
const BLANKS = /^\s*([0-9a-fA-F]{4,16})(?= {2,}|\t|\s*$)/;

interface Line {
  /** Where in the text it begins. */
  at: number;
  text: string;
}

function* linesOf(text: string): Generator<Line> {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    yield { at, text: text.slice(at, end).replace(/\r$/, '') };
    at = end + 1;
  }
}

/** Whether the first line with anything on it is that of a dump. */
export function isDump(text: string): boolean {
  for (const line of linesOf(text)) {
    if (line.text.trim() === '') continue;
    if (COLON.test(line.text)) return true;
    const match = BLANKS.exec(line.text);
    return match !== null && /^\s+[0-9a-fA-F]{2,4}(\s|$)/.test(line.text.slice(match[0].length));
  }
  return false;
}

type Fail = (what: string, at: number) => never;

/** Reads a dump. `fail` is called with what is wrong, and where. */
export function parseDump(text: string, fail: Fail): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let base = -1;
  /** Of the line before, for "*", which stands for lines that are the same. */
  let last: number[] = [];
  let isRepeating = false;
  for (const line of linesOf(text)) {
    if (line.text.trim() === '') continue;
    if (line.text.trim() === '*') {
      isRepeating = true;
      continue;
    }
    const match = COLON.exec(line.text) ?? BLANKS.exec(line.text);
    if (match === null) return fail('a line of a hex dump must begin with its offset', line.at);
    const offset = Number.parseInt(match[1], 16);
    if (base === -1) base = offset;
    const isXxd = match[0].trimEnd().endsWith(':');
    const reach = offset - base;
    if (isRepeating) repeat(bytes, last, reach, () => fail('"*" repeats too much', line.at));
    isRepeating = false;
    if (reach < bytes.length && bytes.length - last.length < reach) {
      // Text beside the bytes looked like more of them: the offset knows better.
      bytes.length = reach;
    }
    if (reach !== bytes.length) {
      const expected = (base + bytes.length).toString(16).padStart(match[1].length, '0');
      return fail(`the offset is ${match[1]}, not ${expected}: bytes are missing`, line.at);
    }
    last = bytesOf(line, match[0].length, isXxd, fail);
    for (const byte of last) bytes.push(byte);
  }
  return new Uint8Array(bytes);
}

/** Of what "*" may stand for, at most: 256 MiB. */
const MAX_REPEAT = 1 << 28;

function repeat(bytes: number[], last: readonly number[], reach: number, fail: () => never): void {
  if (last.length === 0 || reach > MAX_REPEAT) fail();
  while (bytes.length + last.length <= reach) for (const byte of last) bytes.push(byte);
}

/** The bytes of a line; its text, from index `begin` on. */
function bytesOf({ at, text }: Line, begin: number, isXxd: boolean, fail: Fail): number[] {
  const bytes: number[] = [];
  // hexdump -C has its text between bars; elsewhere a bar is text.
  const bar = isXxd ? -1 : text.slice(begin).search(/\s\|.*\|\s*$/);
  const end = bar === -1 ? text.length : begin + bar + 1;
  const group = /(\s+)(\S+)/gy;
  group.lastIndex = begin;
  for (let match = group.exec(text); match !== null; match = group.exec(text)) {
    const [, blanks, digits] = match;
    const from = match.index + blanks.length;
    if (from >= end) break;
    if (bytes.length > 0 && isText(blanks, bytes.length, bar !== -1, isXxd)) break;
    if (!/^([0-9a-fA-F]{2})+$/.test(digits)) {
      if (bytes.length > 0 && bar === -1) break;
      return fail(`${JSON.stringify(digits)} is not hex`, at + from);
    }
    if (!isXxd && digits.length === 4) {
      return fail(
        'words of 16 bits, whose byte order is unknown: use hexdump -C or xxd',
        at + from,
      );
    }
    for (let i = 0; i < digits.length; i += 2)
      bytes.push(Number.parseInt(digits.slice(i, i + 2), 16));
  }
  return bytes;
}

/** Whether, behind so many bytes, these blanks end them: two stand also in the middle of sixteen. */
function isText(blanks: string, count: number, hasBar: boolean, isXxd: boolean): boolean {
  if (hasBar || blanks.length === 1) return count >= 16 && !hasBar && !isXxd;
  return isXxd || blanks.length > 2 || count !== 8;
}
