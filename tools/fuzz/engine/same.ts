// What the targets assert with: plain errors, so that they run outside of a test, too.

/** Something is wrong with what is fuzzed. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

const SHOWN = 300;

/** Fails unless both are the same as JSON. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [
    JSON.stringify(actual) ?? 'undefined',
    JSON.stringify(expected) ?? 'undefined',
  ];
  if (one === other) return;
  let at = 0;
  while (one[at] === other[at]) at++;
  const from = Math.max(0, at - 40);
  throw new Finding(
    `${what}: ${one.slice(from, from + SHOWN)} is not ${other.slice(from, from + SHOWN)}`,
  );
}

export function ensure(holds: boolean, what: string): void {
  if (!holds) throw new Finding(what);
}

/** What `call` returns; where it throws, that must be one of these classes, and undefined is returned. */
export function allowing<T>(
  // biome-ignore lint/suspicious/noExplicitAny: constructors of any shape
  classes: readonly (new (...args: any[]) => Error)[],
  call: () => T,
): T | undefined {
  try {
    return call();
  } catch (error) {
    if (classes.some((one) => error instanceof one)) return undefined;
    throw error;
  }
}
