// Text of strangers on a terminal: what the terminal would obey, or what reorders or hides text, is made visible.
// Everything printed that came from an input passes through here, errors too.

/**
 * Control characters (Cc: C0, DEL, C1), and what turns or breaks lines: separators (Zl, Zp) and format characters (Cf),
 * but for the joiners, of which emoji and scripts are made.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text of a stranger on one line. */
export function safe(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** Text with line breaks of our own, such as a stack trace. */
export function safeLines(text: string): string {
  return text.split('\n').map(safe).join('\n');
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}
