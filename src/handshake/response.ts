// The server's side of the opening handshake, RFC 6455 §4.2.2, written by a server and checked by a client
// (§4.1).

import { HandshakeError } from './errors.ts';
import { type Head, headersBeside, invalid, latin1, writeHead } from './http-head.ts';
import { upgradeViolations, VERSION } from './rules.ts';

/** The headers that are the handshake itself: nobody else's to set. */
const OWN = [
  ...['upgrade', 'connection', 'sec-websocket-accept', 'sec-websocket-protocol'],
  ...['sec-websocket-extensions', 'content-length', 'transfer-encoding'],
];

/** The head that opens the connection. Throws a TypeError on a header that is the handshake's own. */
export function writeAcceptance(
  accept: string,
  protocol: string | undefined,
  more: HeadersInit | undefined,
): string {
  const headers = headersBeside(OWN, more);
  headers.set('upgrade', 'websocket');
  headers.set('connection', 'Upgrade');
  headers.set('sec-websocket-accept', accept);
  if (protocol !== undefined) headers.set('sec-websocket-protocol', protocol);
  return writeHead('HTTP/1.1 101 Switching Protocols', headers);
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** How a server says no. */
export interface Refusal {
  /** Of HTTP, from 300 to 599. */
  status: number;
  headers?: HeadersInit;
  /** Plain text unless the headers say otherwise. */
  body?: string;
}

/** A whole response that turns the request down; the transport ends behind it. */
export function writeRefusal({ status, headers: more, body = '' }: Refusal): string {
  if (!Number.isInteger(status) || status < 300 || status > 599) {
    throw new RangeError(`a refusal's status is from 300 to 599, not ${status}`);
  }
  const headers = headersBeside(['transfer-encoding'], more);
  const bytes = new TextEncoder().encode(body);
  headers.set('connection', 'close');
  headers.set('content-length', String(bytes.length));
  if (!headers.has('content-type')) headers.set('content-type', 'text/plain; charset=utf-8');
  // §4.4: which version is spoken here.
  if (status === 426) {
    headers.set('upgrade', 'websocket');
    headers.set('sec-websocket-version', VERSION);
  }
  if (status === 405) headers.set('allow', 'GET');
  const head = writeHead(`HTTP/1.1 ${status} ${REASONS[status] ?? ''}`.trimEnd(), headers);
  return head + latin1(bytes);
}

/** The error for an answer that is no. `body`: what came of it, as text. */
export function refusedBy({ startLine: [, code, reason], headers }: Head, body?: string) {
  const message = `the server answered ${code} ${reason}`.trimEnd();
  const init = { status: Number(code), headers, body };
  return new HandshakeError('WS_ERR_HANDSHAKE_REFUSED', message, init);
}

/**
 * Checks a response to a request with this key's answer and these subprotocols; returns the one chosen,
 * '' for none. Throws a HandshakeError with the status, the headers and the reason.
 */
export function checkResponse(
  { startLine, headers }: Head,
  accept: string,
  offered: readonly string[],
): string {
  const [version, code] = startLine;
  const status = Number(code);
  if (version !== 'HTTP/1.1' || !/^\d{3}$/.test(code)) {
    throw invalid(`the answer is not HTTP/1.1 but ${JSON.stringify(version)}`, { section: '4.1' });
  }
  if (status !== 101) throw refusedBy({ startLine, headers });
  const fail = (message: string) => invalid(message, { section: '4.1', status, headers });
  for (const { message } of upgradeViolations((name) => headers.get(name), '4.1')) {
    throw fail(message);
  }
  if (headers.get('sec-websocket-accept') !== accept) {
    throw fail('Sec-WebSocket-Accept does not answer the key');
  }
  if (headers.get('sec-websocket-extensions')) {
    throw fail('the server uses an extension that was not offered');
  }
  return checkProtocol(headers.get('sec-websocket-protocol'), offered, fail);
}

/** As browsers have it: who offers subprotocols needs one of them. */
function checkProtocol(
  header: string | null,
  offered: readonly string[],
  fail: (message: string) => HandshakeError,
): string {
  const chosen = header ?? '';
  if (chosen === '' && offered.length > 0) throw fail('the server chose no subprotocol');
  if (chosen !== '' && !offered.includes(chosen)) {
    throw fail(`the server chose ${JSON.stringify(chosen)}, which was not offered`);
  }
  return chosen;
}
