// Parses pasted bytes: hex in any usual form, hex dumps, base64.

import { hexDigit } from './dump-lines.ts';
import { isDump, parseDump } from './hex-dump.ts';
import { limit } from './settings.ts';

/** Why a text was rejected: it is invalid, or has too many bytes. */
export type ParseBytesCode = 'WS_ERR_INVALID_BYTES' | 'WS_ERR_TOO_MANY_BYTES';

/** The text is not valid, or has too many bytes. The message has the reason and the position. */
export class ParseBytesError extends SyntaxError {
  override readonly name = 'ParseBytesError';
  readonly code: ParseBytesCode;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;

  constructor(
    what: string,
    text: string,
    at: number,
    code: ParseBytesCode = 'WS_ERR_INVALID_BYTES',
  ) {
    let line = 1;
    let begin = 0;
    for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', begin)) {
      line++;
      begin = end + 1;
    }
    const column = at - begin + 1;
    super(`line ${line}, column ${column}: ${what}`);
    this.code = code;
    this.line = line;
    this.column = column;
  }
}

/** Limits of `parseBytes`. */
export interface ParseBytesOptions {
  /** Bytes that "*" may stand for in total, where a hex dump omits repeated lines. Default 64 MiB. */
  maxRepeated?: number;
}

/**
 * Parses bytes: hex with or without spaces, colons, commas, 0x or \x; hex dumps of hexdump -C, xxd, tcpdump and
 * Wireshark, with offsets and a text column; base64, standard or URL-safe. `format` skips the detection of the format.
 * Throws a {@link ParseBytesError}.
 */
export function parseBytes(
  text: string,
  format?: 'hex' | 'base64',
  options: ParseBytesOptions = {},
): Uint8Array<ArrayBuffer> {
  if (format === 'base64') return parseBase64(text);
  if (isDump(text)) {
    const maxRepeated = limit('maxRepeated', options.maxRepeated ?? 64 * 1024 * 1024);
    return parseDump(text, maxRepeated, (what, at, code) => {
      throw new ParseBytesError(what, text, at, code);
    });
  }
  if (format === 'hex') return parseHex(text);
  const strange = firstOutside(text, isHexText);
  if (strange === -1 || isEscaped(text) || isInPairs(text)) return parseHex(text);
  const isBase64 = firstOutside(withoutDataUrl(text), isBase64Text) === -1;
  if (isBase64) return parseBase64(text);
  throw new ParseBytesError(`${quote(text, strange)} is neither hex nor base64`, text, strange);
}

const HEX_SEPARATORS = ' \t\r\n\f\v:;,|.-_[](){}<>"\'`\u00a0\ufeff';
const BLANKS = ' \t\r\n\f\v\u00a0\ufeff';

const isHexText = (character: string): boolean =>
  hexDigit(character.charCodeAt(0)) !== -1 || HEX_SEPARATORS.includes(character);
const isBase64Text = (character: string): boolean =>
  base64Digit(character.charCodeAt(0)) !== -1 || character === '=' || BLANKS.includes(character);

/** Whether its first digits follow 0x, \x, \u00 or %. */
const isEscaped = (text: string): boolean => /^[\s[({'"`b]*(?:0x|\\x|\\u00|%[\da-f])/i.test(text);

/** Pairs of characters: hex with an invalid digit rather than base64. */
const isInPairs = (text: string): boolean => /^\s*\S\S\s+\S\S\s+\S\S(\s|$)/.test(text);

function firstOutside(text: string, isInside: (character: string) => boolean): number {
  for (let i = 0; i < text.length; i++) if (!isInside(text[i])) return i;
  return -1;
}

function quote(text: string, at: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
}

function parseHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((text.length >> 1) + 1);
  let count = 0;
  let at = isEscaped(text) ? text.search(/0x|\\x|\\u00|%/i) : 0;
  while (at < text.length) {
    if (HEX_SEPARATORS.includes(text[at])) {
      at++;
      continue;
    }
    const prefix = prefixLength(text, at);
    const begin = at + prefix;
    let end = begin;
    while (
      end < text.length &&
      hexDigit(text.charCodeAt(end)) !== -1 &&
      !(end > begin && isPrefix(text, end))
    )
      end++;
    if (end === begin) throw new ParseBytesError(`${quote(text, at)} is not hex`, text, at);
    const isOneDigit = prefix > 0 && end - begin === 1;
    if ((end - begin) % 2 !== 0 && !isOneDigit) {
      throw new ParseBytesError('odd number of hex digits', text, begin);
    }
    if (isOneDigit) bytes[count++] = hexDigit(text.charCodeAt(begin));
    else {
      for (let i = begin; i < end; i += 2) {
        bytes[count++] = hexDigit(text.charCodeAt(i)) * 16 + hexDigit(text.charCodeAt(i + 1));
      }
    }
    at = end;
  }
  return bytes.slice(0, count);
}

/** "0x" begins with a digit, but ends the digits before it. */
const isPrefix = (text: string, at: number): boolean =>
  text[at] === '0' && (text[at + 1] === 'x' || text[at + 1] === 'X');

function prefixLength(text: string, at: number): number {
  if (isPrefix(text, at)) return 2;
  if (text[at] === '\\' && (text[at + 1] === 'x' || text[at + 1] === 'X')) return 2;
  if (text.startsWith('\\u00', at)) return 4;
  return text[at] === '%' ? 1 : 0;
}

function withoutDataUrl(text: string): string {
  return text.replace(/^\s*data:[^,]{0,200};base64,/, '');
}

/** The value of a base64 digit, of either alphabet (RFC 4648 §4 and §5); -1 for anything else. */
function base64Digit(unit: number): number {
  if (unit >= 65 && unit <= 90) return unit - 65;
  if (unit >= 97 && unit <= 122) return unit - 71;
  if (unit >= 48 && unit <= 57) return unit + 4;
  if (unit === 43 || unit === 45) return 62;
  return unit === 47 || unit === 95 ? 63 : -1;
}

function parseBase64(given: string): Uint8Array<ArrayBuffer> {
  const text = withoutDataUrl(given);
  const shift = given.length - text.length;
  const fail = (what: string, at: number): never => {
    throw new ParseBytesError(what, given, at + shift);
  };
  const bytes = new Uint8Array(Math.ceil(text.length / 4) * 3);
  let count = 0;
  let digits = 0;
  let bits = 0;
  let padding = 0;
  for (let at = 0; at < text.length; at++) {
    if (BLANKS.includes(text[at])) continue;
    if (text[at] === '=') {
      padding++;
      continue;
    }
    const digit = base64Digit(text.charCodeAt(at));
    if (digit === -1) fail(`${quote(text, at)} is not base64`, at);
    if (padding > 0) fail('base64 must end with its padding', at);
    bits = ((bits << 6) | digit) & 0xffffff;
    if (digits++ % 4 > 0) bytes[count++] = bits >> (6 - 2 * ((digits - 1) % 4));
  }
  if (digits % 4 === 1) fail('base64 is missing a character', text.length);
  if (padding > 0 && (digits + padding) % 4 !== 0) fail('invalid padding of base64', text.length);
  return bytes.slice(0, count);
}
