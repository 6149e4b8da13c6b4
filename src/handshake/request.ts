// The client's side of the opening handshake, RFC 6455 §4.1, written by a client and checked by a server
// (§4.2.1).

import { base64 } from './accept-key.ts';
import { type Head, headersBeside, invalid, writeHead } from './http-head.ts';
import { requestViolations, VERSION } from './rules.ts';
import { parseSubprotocols } from './subprotocol.ts';

/** The headers that are the handshake itself: nobody else's to set. */
const OWN = [
  ...['upgrade', 'connection', 'sec-websocket-key', 'sec-websocket-version'],
  ...['sec-websocket-protocol', 'sec-websocket-extensions', 'content-length', 'transfer-encoding'],
];

/** Where to connect: ws, wss, http or https. Throws a SyntaxError on anything else. */
export function parseUrl(url: string | URL): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
    // What cannot be decoded cannot be credentials.
    decodeURIComponent(parsed.username + parsed.password);
  } catch (cause) {
    throw new SyntaxError(`${JSON.stringify(String(url))} is no URL`, { cause });
  }
  if (!['ws:', 'wss:', 'http:', 'https:'].includes(parsed.protocol)) {
    throw new SyntaxError(`a URL of ws, wss, http or https is needed, not ${parsed.protocol}`);
  }
  return parsed;
}

/** The request's head. Throws a TypeError on a header that is the handshake's own. */
export function writeRequest(
  url: URL,
  key: string,
  protocols: readonly string[],
  more: HeadersInit | undefined,
): string {
  const headers = new Headers({ host: url.host });
  if (url.username !== '' || url.password !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.set('authorization', `Basic ${base64(new TextEncoder().encode(credentials))}`);
  }
  for (const [name, value] of headersBeside(OWN, more)) headers.set(name, value);
  headers.set('upgrade', 'websocket');
  headers.set('connection', 'Upgrade');
  headers.set('sec-websocket-key', key);
  headers.set('sec-websocket-version', VERSION);
  if (protocols.length > 0) headers.set('sec-websocket-protocol', protocols.join(', '));
  return writeHead(`GET ${url.pathname}${url.search} HTTP/1.1`, headers);
}

/** What a client asks for, as a server sees it. */
export interface HandshakeRequest {
  /** As it stands in the request, e.g. `/chat?room=1`. */
  target: string;
  headers: Headers;
  /** What the client offers, the best first. */
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
