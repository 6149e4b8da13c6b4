// Values of HTTP header fields, RFC 9110 §5.6: whitespace, comma-separated lists, tokens.

/**
 * Removes leading and trailing HTTP whitespace: spaces and tabs. `String.prototype.trim` also removes U+00A0 and
 * others, which other HTTP implementations keep as part of the value.
 */
export function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isWhitespace(text[from])) from++;
  while (from < to && isWhitespace(text[to - 1])) to--;
  return text.slice(from, to);
}

const isWhitespace = (character: string): boolean => character === ' ' || character === '\t';

/** The items of a comma-separated list, without the empty ones (§5.6.1.2). */
export function listOf(value: string | null | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map(trimmed)
    .filter((item) => item !== '');
}

/** Whether a comma-separated list has this token, which is given in lower case. */
export function hasToken(value: string | null | undefined, token: string): boolean {
  return listOf(value).some((item) => item.toLowerCase() === token);
}
