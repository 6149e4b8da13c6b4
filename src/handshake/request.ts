// The client's side of the opening handshake, RFC 6455 §4.1, written by a client and checked by a server
// (§4.2.1).

import { base64, isKey } from './accept-key.ts';
import { type HttpHead, headersBeside, invalid, listOf, writeHead } from './http-head.ts';
import { parseSubprotocols } from './subprotocol.ts';

const VERSION = '13';

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

/** Checks a request. Throws a HandshakeError that says what to answer. */
export function checkRequest({ words, headers }: HttpHead): HandshakeRequest {
  const [method, target, version] = words;
  const fail = (message: string, section: string, status = 400) =>
    invalid(message, { section, status, headers });
  if (version !== 'HTTP/1.1') throw fail(`${version} is not HTTP/1.1`, '4.2.1');
  if (method !== 'GET') throw fail(`the method is ${method}, not GET`, '4.2.1', 405);
  if (!/^(\/|https?:\/\/)/i.test(target)) throw fail('the target is no path', '4.2.1');
  const host = headers.get('host');
  if (host === null) throw fail('there is no Host', '4.2.1');
  if (host.includes(',')) throw fail('there is more than one Host', '4.2.1');
  // RFC 9110 §7.8: a body would have to be read before the first frame.
  if (headers.has('transfer-encoding') || !/^0+$/.test(headers.get('content-length') ?? '0')) {
    throw fail('it has a body', '4.2.1');
  }
  if (!listOf(headers.get('upgrade')).includes('websocket')) {
    throw fail('it does not ask for an upgrade to websocket', '4.2.1', 426);
  }
  if (!listOf(headers.get('connection')).includes('upgrade')) {
    throw fail('Connection does not name Upgrade', '4.2.1');
  }
  const key = headers.get('sec-websocket-key') ?? '';
  if (!isKey(key)) throw fail('Sec-WebSocket-Key is not sixteen bytes of base64', '4.2.1');
  if (headers.get('sec-websocket-version') !== VERSION) {
    throw fail(`Sec-WebSocket-Version is not ${VERSION}`, '4.2.2', 426);
  }
  const protocols = parseSubprotocols(headers.get('sec-websocket-protocol'));
  if (protocols === undefined) throw fail('Sec-WebSocket-Protocol is malformed', '4.2.1');
  return { target, headers, protocols, key };
}
