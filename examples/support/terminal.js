// Text of strangers in a log: what a terminal would obey, or what reorders or hides text, is made visible.

/** Control characters, separators of lines, and format characters but for the joiners of emoji and scripts. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

const escaped = (character) => `\\u{${character.codePointAt(0).toString(16)}}`;

/** The text on one line. */
export const safe = (text) => String(text).replace(UNSAFE, escaped);

/** The text with its own line breaks, such as a stack trace. */
export const safeLines = (text) => String(text).split('\n').map(safe).join('\n');
