// UTF-8 without WebAssembly (RFC 3629): validation of whole and of split text, and where a text goes wrong.
//
// The state of a split text is its `pending` bytes: the up to three bytes of a character begun and not
// finished, right-aligned in a 32-bit number (the last byte on top), as in assembly/utf8.ts.

import { Bytes, isUtf8 } from './platform.ts';

/** What a check returns for text that cannot become valid whatever follows. */
export const INVALID = -1;

/** Bytes of the character that begins with this byte; 0 where none can. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Whether `second` may follow `lead`: no overlong forms, no surrogates, nothing above U+10FFFF. */
function isSecondByte(lead: number, second: number): boolean {
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most;
}

/** The first index in `[from, to)` where no whole valid character begins; `to` if there is none. */
function firstFault(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    while (at + 4 <= to && (bytes[at] | bytes[at + 1] | bytes[at + 2] | bytes[at + 3]) < 0x80) {
      at += 4;
    }
    if (at === to) break;
    const lead = bytes[at];
    if (lead < 0x80) {
      at++;
      continue;
    }
    const length = sequenceLength(lead);
    if (length === 0 || at + length > to || !isSecondByte(lead, bytes[at + 1])) return at;
    if (length > 2 && bytes[at + 2] >> 6 !== 2) return at;
    if (length > 3 && bytes[at + 3] >> 6 !== 2) return at;
    at += length;
  }
  return to;
}

/** Whether `[from, to)`, one to three bytes, is the beginning of a character. */
function isBeginning(bytes: Uint8Array, from: number, to: number): boolean {
  const length = sequenceLength(bytes[from]);
  if (length <= to - from) return false;
  if (to - from > 1 && !isSecondByte(bytes[from], bytes[from + 1])) return false;
  return to - from < 3 || bytes[from + 2] >> 6 === 2;
}

/** Where the character that `to` may cut in two begins; `to` if it cuts none. */
function cutCharacter(bytes: Uint8Array, from: number, to: number): number {
  for (let at = to - 1; at >= from && at >= to - 3; at--) {
    if (bytes[at] >= 0xc0) return sequenceLength(bytes[at]) > to - at ? at : to;
    if (bytes[at] < 0x80) break;
  }
  return to;
}

function pack(bytes: Uint8Array, from: number, to: number): number {
  let pending = 0;
  for (let at = from; at < to; at++) pending = (pending >>> 8) | (bytes[at] << 24);
  return pending;
}

/** Number of bytes in `pending`. */
export function pendingLength(pending: number): number {
  if (pending === 0) return 0;
  return pending & 0xff00 ? 3 : pending & 0xff0000 ? 2 : 1;
}

const joined = new Uint8Array(6);

/** The pending bytes and up to three more, one after another; returns how many. */
function join(pending: number, bytes: Uint8Array, from: number, to: number): number {
  const count = pendingLength(pending);
  for (let i = 0; i < count; i++) joined[i] = pending >>> (32 - 8 * (count - i));
  let length = count;
  for (let at = from; at < to && length < count + 3; at++) joined[length++] = bytes[at];
  return length;
}

/** Whether the bytes are UTF-8. */
export const isValidUtf8: (bytes: Uint8Array) => boolean =
  isUtf8 ?? ((bytes) => firstFault(bytes, 0, bytes.length) === bytes.length);

function isWhole(bytes: Uint8Array, from: number, to: number): boolean {
  if (isUtf8 === undefined || to - from < 32) return firstFault(bytes, from, to) === to;
  return isUtf8(new Bytes(bytes.buffer, bytes.byteOffset + from, to - from));
}

/** As Kernel.checkUtf8. */
export function checkUtf8(bytes: Uint8Array, from: number, to: number, pending: number): number {
  let begin = from;
  if (pending !== 0 && from < to) {
    const count = pendingLength(pending);
    const length = join(pending, bytes, from, to);
    const size = sequenceLength(joined[0]);
    if (size > length) return isBeginning(joined, 0, length) ? pack(joined, 0, length) : INVALID;
    if (firstFault(joined, 0, size) !== size) return INVALID;
    begin += size - count;
  } else if (pending !== 0) {
    return pending;
  }
  const cut = cutCharacter(bytes, begin, to);
  if (!isWhole(bytes, begin, cut)) return INVALID;
  if (cut === to) return 0;
  return isBeginning(bytes, cut, to) ? pack(bytes, cut, to) : INVALID;
}

/**
 * Where text goes wrong that a check called INVALID: the index of the first byte of the character at
 * fault, less than `from` where that one began among the pending bytes.
 */
export function locateFault(bytes: Uint8Array, from: number, to: number, pending: number): number {
  let begin = from;
  if (pending !== 0) {
    const count = pendingLength(pending);
    const length = join(pending, bytes, from, to);
    const size = sequenceLength(joined[0]);
    if (size > length || firstFault(joined, 0, size) !== size) return from - count;
    begin += size - count;
  }
  return firstFault(bytes, begin, to);
}
