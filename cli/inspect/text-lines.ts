// Helpers of text output: colours, escaping, plurals, rows of hex.

import { colors } from '../../bin/terminal/colors.ts';
import { safe } from '../../bin/terminal/safe.ts';

export { colors, safe };

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
