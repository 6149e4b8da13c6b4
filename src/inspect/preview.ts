// Previews: the first bytes as hex, text and JSON.

import { TEXT } from '../protocol/opcodes.ts';
import type { MessageReport, Preview } from './types.ts';

/** Longer texts are not parsed as JSON. */
const MAX_JSON = 1 << 20;
const MAX_DEPTH = 100;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** "8185": two digits per byte. */
export function toHex(bytes: Uint8Array): string {
  const digits: string[] = [];
  for (const byte of bytes) digits.push(byte.toString(16).padStart(2, '0'));
  return digits.join('');
}

/** The text, or undefined if the bytes are not UTF-8. With `mayBeCut`, removes an incomplete character at the end. */
export function textOf(bytes: Uint8Array, mayBeCut: boolean): string | undefined {
  try {
    return strict.decode(mayBeCut ? withoutCutCharacter(bytes) : bytes);
  } catch {
    return undefined;
  }
}

/** The text, with U+FFFD in place of invalid bytes. */
export function anyTextOf(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let at = bytes.length - 1; at >= 0 && at >= bytes.length - 3; at--) {
    const byte = bytes[at];
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return at + length > bytes.length ? bytes.subarray(0, at) : bytes;
  }
  return bytes;
}

/** The value of a JSON object or array whose depth is at most MAX_DEPTH, else undefined. */
export function jsonOf(text: string): unknown {
  if (text.length > MAX_JSON || !/^\s*[{[]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isShallow(value, MAX_DEPTH) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

/** Whether text has no control characters except for whitespace. */
function isReadable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isBlank = unit === 9 || unit === 10 || unit === 13;
    if ((unit < 0x20 && !isBlank) || unit === 0x7f) return false;
  }
  return true;
}

/**
 * A preview of the first `limit` bytes. Without `isText`, the bytes are shown as text only if readable. `isCut`: the
 * bytes are incomplete.
 */
export function previewOf(
  bytes: Uint8Array,
  limit: number,
  isText: boolean,
  isCut = false,
): Preview {
  const shown = bytes.subarray(0, limit);
  const bytesLeft = bytes.length - shown.length;
  const preview: Preview = { hex: toHex(shown), bytesLeft };
  const text = textOf(shown, isCut || bytesLeft > 0);
  if (text !== undefined && (isText || (text !== '' && isReadable(text)))) {
    preview.text = text;
    const json = bytesLeft === 0 ? jsonOf(text) : undefined;
    if (json !== undefined) preview.json = json;
  }
  return preview;
}

/** Used without `keepData`. */
export const NO_BYTES = new Uint8Array(0);

/** Memory of a JSON value per character of its text: "[]," takes some fifty bytes. */
const JSON_FACTOR = 16;

/** Approximate memory of a preview, in bytes. */
export function weightOf({ hex, text = '', json }: Preview): number {
  return hex.length + 2 * text.length + (json === undefined ? 0 : JSON_FACTOR * text.length);
}

/**
 * Returns the report of a message, with the text of a text message and the value of JSON. Without `keepData`, only if
 * the preview shows all of it.
 */
export function describeMessage(
  opcode: number,
  data: Uint8Array,
  maxPayloadPreview = 256,
  keepData = true,
): MessageReport {
  return messageReport(opcode, data, { maxPayloadPreview, keepData }, false);
}

/** As describeMessage. `isCut`: the data is incomplete. */
export function messageReport(
  opcode: number,
  data: Uint8Array,
  { maxPayloadPreview, keepData }: { maxPayloadPreview: number; keepData: boolean },
  isCut: boolean,
): MessageReport {
  const preview = previewOf(data, maxPayloadPreview, opcode === TEXT, isCut);
  const report: MessageReport = {
    opcode,
    frames: [],
    length: data.length,
    compressed: false,
    complete: !isCut,
    data: keepData ? data : NO_BYTES,
    preview,
  };
  const isShown = preview.bytesLeft === 0;
  if (opcode !== TEXT || !(keepData || isShown)) return report;
  const text = isShown ? preview.text : textOf(data, isCut);
  if (text === undefined) return report;
  report.text = text;
  const json = isShown ? preview.json : jsonOf(text);
  if (json !== undefined) report.json = json;
  return report;
}
