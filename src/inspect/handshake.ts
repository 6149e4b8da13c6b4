// The opening handshake, RFC 6455 §4: the head of an HTTP request or response, and its violations.

import { acceptKeyNow } from '../handshake/accept-key.ts';
import { hasToken, listOf, trimmed } from '../handshake/field-value.ts';
import { endOfHead } from '../handshake/http-head.ts';
import { type HeadViolation, requestViolations, upgradeViolations } from '../handshake/rules.ts';
import { anyTextOf } from './preview.ts';
import type { DeflateParams } from './types.ts';

/** A violation of a rule of the handshake. */
export interface HandshakeFault {
  section: string;
  message: string;
}

/** The head of an HTTP request or response. */
export interface HttpHead {
  kind: 'request' | 'response';
  /** Its first line. */
  line: string;
  /** Request only. */
  method?: string;
  /** Request only. */
  target?: string;
  /** "1.1" */
  version: string;
  /** Response only. */
  status?: number;
  /** Response only: the reason phrase. */
  reason?: string;
  headers: { name: string; value: string }[];
  /** Its length in bytes, with the empty line. */
  length: number;
  /** Whether frames follow: it is a request for WebSocket, or a response with status 101. */
  isUpgrade: boolean;
  /** Sec-WebSocket-Protocol: the offered subprotocols, or the selected one. */
  subprotocols: string[];
  /** Sec-WebSocket-Extensions, unparsed. */
  extensions: string;
  /** Parameters of permessage-deflate: of the first offer, or as accepted. */
  deflate?: DeflateParams;
  /** Request only: Sec-WebSocket-Key. */
  key?: string;
  /** Response only: Sec-WebSocket-Accept. */
  accept?: string;
  /** The required Sec-WebSocket-Accept, if the key is known. */
  expectedAccept?: string;
  faults: HandshakeFault[];
}

const MAX_HEAD = 65536;
const REQUEST = /^([A-Z]{1,20}) (\S{1,8000}) HTTP\/(\d\.\d)$/;
const RESPONSE = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;

/** Whether the bytes begin like HTTP. No valid frame does: as a frame, it has RSV bits set. */
export function isHttp(bytes: Uint8Array): boolean {
  const text = anyTextOf(bytes.subarray(0, 16));
  return /^(HTTP\/\d|(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) )/.test(text);
}

/** Whether the bytes include the empty line that ends a head. */
export const hasWholeHead = (bytes: Uint8Array): boolean => lengthOfHead(bytes) !== -1;

const lengthOfHead = (bytes: Uint8Array): number => endOfHead(bytes.subarray(0, MAX_HEAD), 0, true);

/** Parses the head at the start of the bytes, which are borrowed. Returns undefined if it is incomplete or not HTTP. */
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

/** Approximate memory of its report in bytes: a header of two bytes takes some hundred. */
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

/** By lower-case name: the values of all headers of that name, joined as in RFC 9110 §5.3. */
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

/** Parses the first permessage-deflate of a Sec-WebSocket-Extensions header, RFC 7692 §7.1. */
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

/** Adds the violations that a client detects by comparing the response with its request (§4.1). */
export function checkAgreement(request: HttpHead, response: HttpHead): void {
  if (!response.isUpgrade) return;
  const section = '4.1';
  const fault = (message: string) => response.faults.push({ section, message });
  if (request.expectedAccept !== undefined) {
    response.expectedAccept = request.expectedAccept;
    if (response.accept !== request.expectedAccept) {
      fault(
        `Sec-WebSocket-Accept must be ${request.expectedAccept}, got ${response.accept ?? 'none'}`,
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

/** In linear time: both may have thousands of names. */
function missingFrom(offered: readonly string[], chosen: readonly string[]): string[] {
  const known = new Set(offered);
  return [...new Set(chosen)].filter((name) => !known.has(name));
}

function namesOf(extensions: string): string[] {
  return listOf(extensions).map((extension) => trimmed(extension.split(';')[0]));
}
