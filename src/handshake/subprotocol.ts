// Subprotocols, RFC 6455 §1.9 and §4.1: the client offers some in order of preference, and the server selects one.

import { trimmed } from './field-value.ts';

/** An HTTP token, RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Checks the list a client offers. Throws a SyntaxError on an invalid token, and on a duplicate. */
export function assertSubprotocols(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (!TOKEN.test(name))
      throw new SyntaxError(`a subprotocol must be a token, got ${JSON.stringify(name)}`);
    if (seen.has(name)) throw new SyntaxError(`duplicate subprotocol: ${name}`);
    seen.add(name);
  }
}

/** Parses Sec-WebSocket-Protocol. Returns undefined if it is malformed. */
export function parseSubprotocols(header: string | null | undefined): string[] | undefined {
  if (header == null) return [];
  const names = header.split(',').map(trimmed);
  const isRight = names.every((name) => TOKEN.test(name)) && new Set(names).size === names.length;
  return isRight ? names : undefined;
}

/** Returns the first offered subprotocol that the server supports. The client's order decides. */
export function chooseSubprotocol(
  offered: readonly string[],
  supported: readonly string[],
): string | undefined {
  return offered.find((name) => supported.includes(name));
}
