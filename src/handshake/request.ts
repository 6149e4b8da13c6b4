// The request of the opening handshake, RFC 6455 §4.1: written by a client, checked by a server (§4.2.1).

import { base64 } from './accept-key.ts';
import { extraHeaders, type Head, invalid, writeHead } from './http-head.ts';
import { requestViolations, VERSION } from './rules.ts';
import { parseSubprotocols } from './subprotocol.ts';

/** Headers that only the handshake may set. */
const RESERVED = [
  ...['upgrade', 'connection', 'sec-websocket-key', 'sec-websocket-version'],
  ...['sec-websocket-protocol', 'sec-websocket-extensions', 'content-length', 'transfer-encoding'],
];

/** Parses a ws, wss, http or https URL. Throws a SyntaxError on anything else. */
export function parseUrl(url: string | URL): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
    // Rejects credentials that cannot be decoded.
    decodeURIComponent(parsed.username + parsed.password);
  } catch (cause) {
    throw new SyntaxError(`invalid URL: ${JSON.stringify(String(url))}`, { cause });
  }
  if (!['ws:', 'wss:', 'http:', 'https:'].includes(parsed.protocol)) {
    throw new SyntaxError(`the URL scheme must be ws, wss, http or https, got ${parsed.protocol}`);
  }
  return parsed;
}

/** Writes the head of the request. Throws a TypeError on a header in `extra` that the handshake sets itself. */
export function writeRequest(
  url: URL,
  key: string,
  protocols: readonly string[],
  extra: HeadersInit | undefined,
): string {
  const headers = new Headers({ host: url.host });
  if (url.username !== '' || url.password !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.set('authorization', `Basic ${base64(new TextEncoder().encode(credentials))}`);
  }
  for (const [name, value] of extraHeaders(RESERVED, extra)) headers.set(name, value);
  headers.set('upgrade', 'websocket');
  headers.set('connection', 'Upgrade');
  headers.set('sec-websocket-key', key);
  headers.set('sec-websocket-version', VERSION);
  if (protocols.length > 0) headers.set('sec-websocket-protocol', protocols.join(', '));
  return writeHead(`GET ${url.pathname}${url.search} HTTP/1.1`, headers);
}

/** A client's request, as the server receives it. */
export interface HandshakeRequest {
  /** The request target, unchanged, e.g. `/chat?room=1`. */
  target: string;
  headers: Headers;
  /** The subprotocols the client offers, in order of preference. */
  protocols: string[];
  key: string;
}

/** Checks a request. Throws a HandshakeError with the status to respond with. */
export function checkRequest({ startLine, headers }: Head): HandshakeRequest {
  for (const { message, section, status } of requestViolations(startLine, (name) =>
    headers.get(name),
  )) {
    throw invalid(message, { section, status, headers });
  }
  return {
    target: startLine[1],
    headers,
    protocols: parseSubprotocols(headers.get('sec-websocket-protocol')) ?? [],
    key: headers.get('sec-websocket-key') ?? '',
  };
}
