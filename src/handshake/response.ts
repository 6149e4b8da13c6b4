// The response of the opening handshake, RFC 6455 §4.2.2: written by a server, checked by a client (§4.1).

import { HandshakeError } from './errors.ts';
import { extraHeaders, type Head, invalid, latin1, writeHead } from './http-head.ts';
import { upgradeViolations, VERSION } from './rules.ts';

/** Headers that only the handshake may set. */
const RESERVED = [
  ...['upgrade', 'connection', 'sec-websocket-accept', 'sec-websocket-protocol'],
  ...['sec-websocket-extensions', 'content-length', 'transfer-encoding'],
];

/** Writes the head that accepts a request. Throws a TypeError on a header in `extra` that the handshake sets itself. */
export function writeAcceptance(
  accept: string,
  protocol: string | undefined,
  extra: HeadersInit | undefined,
): string {
  const headers = extraHeaders(RESERVED, extra);
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

/** How a server refuses a request. */
export interface Refusal {
  /** HTTP status, from 300 to 599. */
  status: number;
  headers?: HeadersInit;
  /** Plain text unless `headers` has a Content-Type. */
  body?: string;
}

/** Writes a complete response that refuses the request. The transport ends after it. */
export function writeRefusal({ status, headers: extra, body = '' }: Refusal): string {
  if (!Number.isInteger(status) || status < 300 || status > 599) {
    throw new RangeError(
      `the status of a refusal must be an integer from 300 to 599, got ${status}`,
    );
  }
  const headers = extraHeaders(['transfer-encoding'], extra);
  const bytes = new TextEncoder().encode(body);
  headers.set('connection', 'close');
  headers.set('content-length', String(bytes.length));
  if (!headers.has('content-type')) headers.set('content-type', 'text/plain; charset=utf-8');
  // §4.4: names the supported version.
  if (status === 426) {
    headers.set('upgrade', 'websocket');
    headers.set('sec-websocket-version', VERSION);
  }
  if (status === 405) headers.set('allow', 'GET');
  const head = writeHead(`HTTP/1.1 ${status} ${REASONS[status] ?? ''}`.trimEnd(), headers);
  return head + latin1(bytes);
}

/** The error for a response other than 101. `body`: the part of it that was received, as text. */
export function refusalError({ startLine: [, code, reason], headers }: Head, body?: string) {
  const message = `the server responded ${code} ${reason}`.trimEnd();
  const init = { status: Number(code), headers, body };
  return new HandshakeError('WS_ERR_HANDSHAKE_REFUSED', message, init);
}

/**
 * Checks a response. `accept`: the expected Sec-WebSocket-Accept. `offered`: the subprotocols in the request. Returns
 * the subprotocol in use, '' for none. Throws a HandshakeError with the status, the headers and the reason.
 */
export function checkResponse(
  { startLine, headers }: Head,
  accept: string,
  offered: readonly string[],
): string {
  const [version, code] = startLine;
  const status = Number(code);
  if (version !== 'HTTP/1.1' || !/^\d{3}$/.test(code)) {
    throw invalid(`the HTTP version must be HTTP/1.1, got ${JSON.stringify(version)}`, {
      section: '4.1',
    });
  }
  if (status !== 101) throw refusalError({ startLine, headers });
  const fail = (message: string) => invalid(message, { section: '4.1', status, headers });
  for (const { message } of upgradeViolations((name) => headers.get(name), '4.1')) {
    throw fail(message);
  }
  if (headers.get('sec-websocket-accept') !== accept) {
    throw fail('Sec-WebSocket-Accept does not match Sec-WebSocket-Key');
  }
  if (headers.get('sec-websocket-extensions')) {
    throw fail('the server selected an extension that was not offered');
  }
  return checkProtocol(headers.get('sec-websocket-protocol'), offered, fail);
}

/** As in browsers, a client that offers subprotocols requires one of them. */
function checkProtocol(
  header: string | null,
  offered: readonly string[],
  fail: (message: string) => HandshakeError,
): string {
  const chosen = header ?? '';
  if (chosen === '' && offered.length > 0)
    throw fail('the server selected none of the offered subprotocols');
  if (chosen !== '' && !offered.includes(chosen)) {
    throw fail(
      `the server selected the subprotocol ${JSON.stringify(chosen)}, which was not offered`,
    );
  }
  return chosen;
}
