// What all text output is made of: lines, safe to print, in colours where they are wanted.

import { colors } from '../../bench/colors.ts';

export { colors };

/** Text of a stranger on one line: control characters, which a terminal would obey, are escaped. */
export function safe(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, escape);
}

function escape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
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
