// The opening handshake, RFC 6455 §4: the head of an HTTP request or response, and what is wrong with it.

import { acceptKeyNow } from '../handshake/accept-key.ts';
import { hasToken, listOf, trimmed } from '../handshake/field-value.ts';
import { endOfHead } from '../handshake/http-head.ts';
import { type HeadViolation, requestViolations, upgradeViolations } from '../handshake/rules.ts';
import { anyTextOf } from './preview.ts';
import type { DeflateParams } from './types.ts';

/** A rule of the handshake that is broken. */
export interface HandshakeFault {
  section: string;
  message: string;
}

/** The head of an HTTP request or response. */
export interface HttpHead {
  kind: 'request' | 'response';
  /** Its first line. */
  line: string;
  /** Of a request. */
  method?: string;
  /** Of a request. */
  target?: string;
  /** "1.1" */
  version: string;
  /** Of a response. */
  status?: number;
  /** Of a response, in its words. */
  reason?: string;
  headers: { name: string; value: string }[];
  /** Bytes it takes, with the empty line. */
  length: number;
  /** Whether frames follow: a request that asks for WebSocket, a response that switches to it. */
  isUpgrade: boolean;
  /** Sec-WebSocket-Protocol: what is offered, or the one that was chosen. */
  subprotocols: string[];
  /** Sec-WebSocket-Extensions, as it stands there. */
  extensions: string;
  /** permessage-deflate, as first offered or as agreed to. */
  deflate?: DeflateParams;
  /** Sec-WebSocket-Key, of a request. */
  key?: string;
  /** Sec-WebSocket-Accept, of a response. */
  accept?: string;
  /** What Sec-WebSocket-Accept must be, where the key is known. */
  expectedAccept?: string;
  faults: HandshakeFault[];
}

const MAX_HEAD = 65536;
const REQUEST = /^([A-Z]{1,20}) (\S{1,8000}) HTTP\/(\d\.\d)$/;
const RESPONSE = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;

/** Whether the bytes begin as HTTP does, or could: no frame begins so, for of both ends RSV1 is set. */
export function isHttp(bytes: Uint8Array): boolean {
  const text = anyTextOf(bytes.subarray(0, 16));
  return /^(HTTP\/\d|(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) )/.test(text);
}

/** Whether a head's empty line is among the bytes. */
export const hasWholeHead = (bytes: Uint8Array): boolean => lengthOfHead(bytes) !== -1;

const lengthOfHead = (bytes: Uint8Array): number => endOfHead(bytes.subarray(0, MAX_HEAD), 0, true);

/** Reads the head the bytes begin with; undefined where it is not whole, or none. Borrows them. */
export function readHead(bytes: Uint8Array): HttpHead | undefined {
  if (!isHttp(bytes)) return undefined;
  const length = lengthOfHead(bytes);
  if (length === -1) return undefined;
  const [line, ...lines] = anyTextOf(bytes.subarray(0, length)).split(/\r?\n/);
  const request = REQUEST.exec(line);
  const response = RESPONSE.exec(line);
  if (request === null && response === null) return undefined;
  const headers = lines.filter((text) => text !== '').map(readHeader);
  const values = valuesOf(headers);
  const extensions = values.get('sec-websocket-extensions') ?? '';
  const head: HttpHead = {
    kind: request !== null ? 'request' : 'response',
    line,
    version: request?.[3] ?? response?.[1] ?? '',
    headers,
    length,
    isUpgrade: false,
    subprotocols: listOf(values.get('sec-websocket-protocol')),
    extensions,
    faults: [],
  };
  const deflate = readDeflate(extensions);
  if (deflate !== undefined) head.deflate = deflate;
  if (request !== null) completeRequest(head, request, values);
  else if (response !== null) completeResponse(head, response, values);
  return head;
}

/** Bytes of memory that its report takes, roughly: a header of two bytes takes some hundred. */
export const weightOfHead = ({ length, headers }: HttpHead): number =>
  3 * length + 150 * headers.length;

function completeRequest(
  head: HttpHead,
  [, method, target, version]: RegExpExecArray,
  values: Values,
): void {
  const key = values.get('sec-websocket-key');
  Object.assign(head, { method, target, ...(key === undefined ? {} : { key }) });
  if (key !== undefined) head.expectedAccept = acceptKeyNow(key);
  head.isUpgrade = key !== undefined || hasToken(values.get('upgrade'), 'websocket');
  if (head.isUpgrade) {
    const startLine = [method, target, `HTTP/${version}`] as const;
    head.faults = faultsOf(requestViolations(startLine, (name) => values.get(name)));
  }
}

function completeResponse(
  head: HttpHead,
  [, , status, reason = '']: RegExpExecArray,
  values: Values,
): void {
  const accept = values.get('sec-websocket-accept');
  Object.assign(head, { status: Number(status), reason });
  if (accept !== undefined) head.accept = accept;
  head.isUpgrade = head.status === 101;
  if (head.isUpgrade) {
    head.faults = faultsOf(upgradeViolations((name) => values.get(name), '4.2.2'));
  }
}

function readHeader(line: string): { name: string; value: string } {
  const colon = line.indexOf(':');
  if (colon === -1) return { name: trimmed(line), value: '' };
  return { name: trimmed(line.slice(0, colon)), value: trimmed(line.slice(colon + 1)) };
}

/** By name in lower case: all headers of that name as one, as RFC 9110 §5.3 joins them. */
type Values = ReadonlyMap<string, string>;

function valuesOf(headers: HttpHead['headers']): Values {
  const values = new Map<string, string>();
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    const before = values.get(key);
    values.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return values;
}

/** The first permessage-deflate of a Sec-WebSocket-Extensions header, RFC 7692 §7.1. */
export function readDeflate(extensions: string): DeflateParams | undefined {
  for (const extension of listOf(extensions)) {
    const [name, ...params] = extension.split(';').map(trimmed);
    if (name !== 'permessage-deflate') continue;
    const found: DeflateParams = {};
    for (const param of params) {
      const [key, value = ''] = param.split('=').map(trimmed);
      const bits = Number(value.replaceAll('"', ''));
      if (key === 'server_no_context_takeover') found.serverNoContextTakeover = true;
      if (key === 'client_no_context_takeover') found.clientNoContextTakeover = true;
      if (key === 'server_max_window_bits' && bits > 0) found.serverMaxWindowBits = bits;
      if (key === 'client_max_window_bits' && bits > 0) found.clientMaxWindowBits = bits;
    }
    return found;
  }
  return undefined;
}

function faultsOf(violations: Iterable<HeadViolation>): HandshakeFault[] {
  return Array.from(violations, ({ section, message }) => ({ section, message }));
}

/** Adds what only both heads together tell: §4.1, what a client checks of the response. */
export function checkAgreement(request: HttpHead, response: HttpHead): void {
  if (!response.isUpgrade) return;
  const section = '4.1';
  const fault = (message: string) => response.faults.push({ section, message });
  if (request.expectedAccept !== undefined) {
    response.expectedAccept = request.expectedAccept;
    if (response.accept !== request.expectedAccept) {
      fault(
        `Sec-WebSocket-Accept is ${response.accept ?? 'missing'}, not ${request.expectedAccept}`,
      );
    }
  }
  const check = (what: string, offered: readonly string[], chosen: readonly string[]) => {
    const unasked = missingFrom(offered, chosen);
    if (unasked.length > 0) fault(`the ${what} ${unasked.join(', ')} was not offered`);
  };
  check('subprotocol', request.subprotocols, response.subprotocols);
  check('extension', namesOf(request.extensions), namesOf(response.extensions));
}

/** In time that grows with the sum of both, for both may have thousands of names. */
function missingFrom(offered: readonly string[], chosen: readonly string[]): string[] {
  const known = new Set(offered);
  return [...new Set(chosen)].filter((name) => !known.has(name));
}

function namesOf(extensions: string): string[] {
  return listOf(extensions).map((extension) => trimmed(extension.split(';')[0]));
}
