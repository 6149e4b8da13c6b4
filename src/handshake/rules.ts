// The rules for the heads of the opening handshake, RFC 6455 §4.1 and §4.2.1. An endpoint rejects the first violation,
// the inspector reports all.

import { isKey } from './accept-key.ts';
import { hasToken } from './field-value.ts';
import { parseSubprotocols } from './subprotocol.ts';

/** The version of the protocol, as Sec-WebSocket-Version has it. */
export const VERSION = '13';

/** A violation of a rule of the opening handshake. */
export interface HeadViolation {
  /** The section of RFC 6455. */
  section: string;
  message: string;
  /** The HTTP status a server responds with. */
  status: number;
}

/** The value of a header by its lower-case name; several headers of one name are joined by commas. */
export type HeaderLookup = (name: string) => string | null | undefined;

/** What a request must be for a server to accept it. `startLine`: method, target and version. */
export function* requestViolations(
  [method, target, version]: readonly [string, string, string],
  header: HeaderLookup,
): Generator<HeadViolation> {
  const violation = (message: string, section = '4.2.1', status = 400): HeadViolation => ({
    ...{ section, message, status },
  });
  if (version !== 'HTTP/1.1') {
    yield violation(`the HTTP version must be HTTP/1.1, got ${version || 'none'}`);
  }
  if (method !== 'GET') yield violation(`the method must be GET, got ${method}`, '4.2.1', 405);
  if (!/^(\/|https?:\/\/)/i.test(target)) {
    yield violation('the request target must be a path or an http or https URL');
  }
  const host = header('host') ?? undefined;
  if (host === undefined) yield violation('the Host header is missing');
  else if (host.includes(',')) yield violation('there must be only one Host header');
  // RFC 9110 §7.8: a body would have to be read before the first frame.
  if (header('transfer-encoding') != null || !/^0+$/.test(header('content-length') ?? '0')) {
    yield violation('the request must not have a body');
  }
  yield* upgradeViolations(header, '4.2.1', 426);
  if (!isKey(header('sec-websocket-key') ?? '')) {
    yield violation('Sec-WebSocket-Key must be 16 bytes in base64');
  }
  const spoken = header('sec-websocket-version');
  if (spoken !== VERSION) {
    const message = `Sec-WebSocket-Version must be ${VERSION}, got ${spoken || 'none'}`;
    yield violation(message, '4.2.2', 426);
  }
  if (parseSubprotocols(header('sec-websocket-protocol')) === undefined) {
    yield violation('Sec-WebSocket-Protocol must be a list of distinct tokens');
  }
}

/** What a request and a response have in common. `status`: where it is another protocol that is asked for. */
export function* upgradeViolations(
  header: HeaderLookup,
  section: string,
  status = 400,
): Generator<HeadViolation> {
  if (!hasToken(header('upgrade'), 'websocket')) {
    yield { section, status, message: 'the Upgrade header must include websocket' };
  }
  if (!hasToken(header('connection'), 'upgrade')) {
    yield { section, status: 400, message: 'the Connection header must include Upgrade' };
  }
}
