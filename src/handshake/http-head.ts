// The head of an HTTP/1.1 request or response, RFC 9112 §2 to §5: read from chunks, and written. The bytes after the
// head are frames.

import { HandshakeError } from './errors.ts';

/** Bytes a head may have by default: 16 KiB, as in Node. */
export const DEFAULT_MAX_HEAD_BYTES = 16 * 1024;

/** The head of a request or a response. */
export interface Head {
  /** Method, target and version of a request; version, status and reason of a response. */
  startLine: [string, string, string];
  headers: Headers;
}

const CR = 0x0d;
const LF = 0x0a;

/** Gathers chunks until a head is complete. Heads of interim responses may come first (RFC 9110 §15.2). */
export class HeadReader {
  private readonly limit: number;
  private held = new Uint8Array(1024);
  private length = 0;
  /** Where the next head begins. Earlier heads are kept: they count toward the limit. */
  private start = 0;
  /** The empty line of the next head does not begin before this index. */
  private searched = 0;

  /** `limit`: bytes of all heads in total. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Adds a chunk. Returns the next head, as {@link next} does. */
  push(chunk: Uint8Array): Head | undefined {
    this.append(chunk);
    return this.next();
  }

  /** Returns the next head if it is complete. Throws a HandshakeError on an invalid head. */
  next(): Head | undefined {
    const to = Math.min(this.length, this.limit);
    // Not all of `held`: the search would go on through the unused memory behind the bytes.
    const end = endOfHead(this.held.subarray(0, to), this.searched);
    if (end === -1) {
      this.searched = Math.max(this.searched, to - 3);
      if (this.length <= this.limit) return undefined;
      const what = this.start === 0 ? 'head exceeds' : 'heads exceed';
      const message = `the HTTP ${what} ${this.limit} bytes`;
      throw new HandshakeError('WS_ERR_HANDSHAKE_TOO_LARGE', message);
    }
    const head = parse(this.held.subarray(this.start, end - 4));
    this.start = end;
    this.searched = end;
    return head;
  }

  /** A copy of the bytes after the last returned head. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.held.slice(this.start, this.length);
  }

  private append(chunk: Uint8Array): void {
    const length = this.length + chunk.length;
    if (length > this.held.length) {
      const grown = new Uint8Array(Math.max(length, this.held.length * 2));
      grown.set(this.held.subarray(0, this.length));
      this.held = grown;
    }
    this.held.set(chunk, this.length);
    this.length = length;
  }
}

/**
 * Returns the index after the empty line that ends a head, or -1. Searches from `from`. With `allowBareLf` a line may
 * also end with LF alone, as in text that was pasted.
 */
export function endOfHead(bytes: Uint8Array, from = 0, allowBareLf = false): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    const previous = bytes[at - 1] === CR ? at - 2 : at - 1;
    if (previous < from || bytes[previous] !== LF) continue;
    if (allowBareLf) return at + 1;
    const isStrict = previous === at - 2 && previous > from && bytes[previous - 1] === CR;
    if (isStrict) return at + 1;
  }
  return -1;
}

function parse(bytes: Uint8Array): Head {
  const [first, ...lines] = latin1(bytes).split('\r\n');
  // §3.2: a target is visible ASCII, as for Node.
  const match = /^([!-~]+) ([!-~]+)(?: (.*))?$/.exec(first);
  if (match === null)
    throw invalid(`invalid HTTP start line: ${JSON.stringify(first.slice(0, 80))}`);
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    // §2.2, §5.5: some implementations end a line, or the head, at a bare CR or LF. Headers would trim it.
    if (/[^\t -~\x80-\xff]/.test(line)) {
      throw invalid(`control character in HTTP header: ${JSON.stringify(line.slice(0, 80))}`);
    }
    try {
      // Headers validates names and values. A space before the colon makes the name invalid.
      headers.append(line.slice(0, Math.max(0, colon)), line.slice(colon + 1));
    } catch (cause) {
      throw invalid(`invalid HTTP header: ${JSON.stringify(line.slice(0, 80))}`, { cause });
    }
  }
  return { startLine: [match[1], match[2], match[3] ?? ''], headers };
}

/** The error for an invalid head. `status`: the HTTP status a server responds with. */
export function invalid(
  message: string,
  init: ConstructorParameters<typeof HandshakeError>[2] = {},
): HandshakeError {
  return new HandshakeError('WS_ERR_INVALID_HANDSHAKE', message, { status: 400, ...init });
}

/** Additional headers given by the user. Throws a TypeError on one the handshake sets itself. */
export function extraHeaders(reserved: readonly string[], extra: HeadersInit | undefined): Headers {
  const headers = new Headers(extra);
  const conflict = reserved.find((name) => headers.has(name));
  if (conflict !== undefined)
    throw new TypeError(`the header ${conflict} must not be set: the handshake sets it`);
  return headers;
}

/** A head as text. Headers has validated names and values. */
export function writeHead(firstLine: string, headers: Headers): string {
  const lines = [...headers].map(([name, value]) => `${titleCase(name)}: ${value}`);
  return `${[firstLine, ...lines].join('\r\n')}\r\n\r\n`;
}

/** Text as Latin-1, one byte per character, the encoding of a head. */
export function toLatin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Latin-1 bytes as text. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/** The usual capitalization: some old servers compare names case-sensitively. */
function titleCase(name: string): string {
  return name
    .split('-')
    .map((word) => (word === 'websocket' ? 'WebSocket' : capitalised(word)))
    .join('-');
}

/** A word can be empty: a name may have two adjacent hyphens, or one at its end. */
const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
