// Which connections of a capture there are to choose from.

/** Which connections `--stream` can select. */
export function rangeOf(count: number): string {
  return count === 0 ? 'there are none' : `--stream must be from 0 to ${count - 1}`;
}
