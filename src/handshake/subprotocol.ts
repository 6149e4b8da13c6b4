// Subprotocols, RFC 6455 §1.9 and §4.1: the client names those it speaks, the best first; the server takes one.

import { trimmed } from './field-value.ts';

/** A token of HTTP, RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The list a client offers. Throws a SyntaxError on a name that is no token, and on one given twice. */
export function assertSubprotocols(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (!TOKEN.test(name))
      throw new SyntaxError(`the subprotocol ${JSON.stringify(name)} is no token`);
    if (seen.has(name)) throw new SyntaxError(`the subprotocol ${name} is given twice`);
    seen.add(name);
  }
}

/** Reads Sec-WebSocket-Protocol; undefined where it is malformed. */
export function parseSubprotocols(header: string | null | undefined): string[] | undefined {
  if (header == null) return [];
  const names = header.split(',').map(trimmed);
  const isRight = names.every((name) => TOKEN.test(name)) && new Set(names).size === names.length;
  return isRight ? names : undefined;
}

/** The first the client offers that the server supports: the order is the client's preference. */
export function chooseSubprotocol(
  offered: readonly string[],
  supported: readonly string[],
): string | undefined {
  return offered.find((name) => supported.includes(name));
}
