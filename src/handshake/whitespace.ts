// Whitespace as HTTP has it, RFC 9110 §5.6.3.

/**
 * The text without the whitespace around it that HTTP knows: spaces and tabs. `trim` takes more
 * (U+00A0 and others), which to others are a part of the value.
 */
export function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isWhitespace(text[from])) from++;
  while (from < to && isWhitespace(text[to - 1])) to--;
  return text.slice(from, to);
}

const isWhitespace = (character: string): boolean => character === ' ' || character === '\t';
