// The head of an HTTP/1.1 request or response, RFC 9112 §2 to §5, from bytes as they come. What follows the
// head is the first of the frames.

import { HandshakeError } from './errors.ts';

/** A head may have this many bytes unless told otherwise: 16 KiB, as in Node. */
export const DEFAULT_MAX_HEAD_BYTES = 16 * 1024;

/** The head of a request or a response. */
export interface Head {
  /** Method, target and version of a request; version, status and reason of a response. */
  startLine: [string, string, string];
  headers: Headers;
}

const CR = 0x0d;
const LF = 0x0a;

/** Gathers bytes until a head is whole. A response may have other heads before it (RFC 9110 §15.2). */
export class HeadReader {
  private readonly limit: number;
  private held = new Uint8Array(1024);
  private length = 0;
  /** Where the next head begins. The heads before it stay: they count against the limit. */
  private start = 0;
  /** The end of the next head does not begin before this index. */
  private searched = 0;

  /** `limit`: bytes of all heads together. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes the next bytes; returns the next head, as {@link next} does. */
  push(chunk: Uint8Array): Head | undefined {
    this.append(chunk);
    return this.next();
  }

  /** Returns the next head once it is whole. Throws a HandshakeError on a head that breaks a rule. */
  next(): Head | undefined {
    const to = Math.min(this.length, this.limit);
    // A search in `held` itself would go on through the unused memory behind the bytes.
    const end = endOfHead(this.held.subarray(0, to), this.searched);
    if (end === -1) {
      this.searched = Math.max(this.searched, to - 3);
      if (this.length <= this.limit) return undefined;
      const what = this.start === 0 ? 'head has' : 'heads together have';
      const message = `the HTTP ${what} more than ${this.limit} bytes`;
      throw new HandshakeError('WS_ERR_HANDSHAKE_TOO_LARGE', message);
    }
    const head = parse(this.held.subarray(this.start, end - 4));
    this.start = end;
    this.searched = end;
    return head;
  }

  /** The bytes behind the last head that was returned: memory of their own. */
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
  // §3.2: a target is visible characters of ASCII, to Node, too.
  const match = /^([!-~]+) ([!-~]+)(?: (.*))?$/.exec(first);
  if (match === null) throw invalid(`${JSON.stringify(first.slice(0, 80))} is no line of HTTP`);
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    // §2.2, §5.5: for others a line, or the head, ends at a bare CR or LF, which Headers would trim.
    if (/[^\t -~\x80-\xff]/.test(line)) {
      throw invalid(`${JSON.stringify(line.slice(0, 80))} has a control character in it`);
    }
    try {
      // Names and values are checked by Headers; a space before the colon makes the name invalid.
      headers.append(line.slice(0, Math.max(0, colon)), line.slice(colon + 1));
    } catch (cause) {
      throw invalid(`${JSON.stringify(line.slice(0, 80))} is no header`, { cause });
    }
  }
  return { startLine: [match[1], match[2], match[3] ?? ''], headers };
}

/** An error for a head that breaks a rule. `status`: what a server answers with. */
export function invalid(
  message: string,
  init: ConstructorParameters<typeof HandshakeError>[2] = {},
): HandshakeError {
  return new HandshakeError('WS_ERR_INVALID_HANDSHAKE', message, { status: 400, ...init });
}

/** Headers that somebody adds. Throws a TypeError on one of those that are the handshake's own. */
export function headersBeside(own: readonly string[], more: HeadersInit | undefined): Headers {
  const headers = new Headers(more);
  const taken = own.find((name) => headers.has(name));
  if (taken !== undefined) throw new TypeError(`the header ${taken} is the handshake's own`);
  return headers;
}

/** A head's bytes. Names and values have been checked by Headers. */
export function writeHead(firstLine: string, headers: Headers): string {
  const lines = [...headers].map(([name, value]) => `${titleCase(name)}: ${value}`);
  return `${[firstLine, ...lines].join('\r\n')}\r\n\r\n`;
}

/** One byte a character: what a head is made of. */
export function toLatin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/** As people write headers: some old servers look for them so. */
function titleCase(name: string): string {
  return name
    .split('-')
    .map((word) => (word === 'websocket' ? 'WebSocket' : capitalised(word)))
    .join('-');
}

/** A name may have two dashes in a row, or one at its end: the word between them is empty. */
const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
