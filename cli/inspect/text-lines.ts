// What all text output is made of: lines, safe to print, in colours where they are wanted.

import { colors } from '../../bench/colors.ts';

export { colors };

/**
 * Control characters (Cc), and what turns or breaks lines: separators (Zl, Zp) and format characters (Cf), but for
 * the joiners, of which emoji and scripts are made.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text of a stranger on one line: what a terminal would obey is escaped. */
export function safe(text: string): string {
  return text.replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** "8185" -> rows of "81 85", sixteen bytes each. */
export function hexRows(hex: string): string[] {
  const rows: string[] = [];
  for (let at = 0; at < hex.length; at += 32) {
    rows.push(hex.slice(at, at + 32).replace(/(..)(?!$)/g, '$1 '));
  }
  return rows;
}
