// Untrusted text in logs is escaped.

import { expect, it } from 'vitest';
import { safe, safeLines } from './terminal.js';

it.each([
  ['an escape', '\u001b[2J', '\\u{1b}[2J'],
  ['C1', '\u009b31m', '\\u{9b}31m'],
  ['DEL', '\u007f', '\\u{7f}'],
  ['line breaks', 'a\r\nb\u2028c', 'a\\u{d}\\u{a}b\\u{2028}c'],
  ['bidi controls', '\u202e\u2066\u200f', '\\u{202e}\\u{2066}\\u{200f}'],
  ['text, emoji, joiners', '안녕 👩‍👩‍👧 é', '안녕 👩‍👩‍👧 é'],
  ['undefined', undefined, 'undefined'],
])('escapes only what is unsafe: %s', (_name, text, expected) => {
  expect(safe(text)).toBe(expected);
});

it('keeps line breaks in safeLines', () => {
  expect(safeLines('one\n\u001btwo')).toBe('one\n\\u{1b}two');
});
