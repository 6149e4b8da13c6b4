// Makes untrusted text safe for a log: escapes control characters and characters that reorder or hide text.

/** Control characters, line separators, and format characters other than the joiners of emoji and scripts. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

const escaped = (character) => `\\u{${character.codePointAt(0).toString(16)}}`;

/** The escaped text, on one line. */
export const safe = (text) => String(text).replace(UNSAFE, escaped);

/** The escaped text with its line breaks, for example a stack trace. */
export const safeLines = (text) => String(text).split('\n').map(safe).join('\n');
