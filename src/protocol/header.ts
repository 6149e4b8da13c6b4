// One frame header, RFC 6455 §5.2: its fields, reading and writing it. Its rules are in header-rules.ts.
//
//   FIN RSV1 RSV2 RSV3 opcode(4) | MASK length(7) | extended length(0, 16 or 64) | masking key(0 or 32)

import { ProtocolError } from './errors.ts';
import type { Role } from './role.ts';
import { VIOLATION } from './violations.ts';

/** The fields of a frame header. */
export interface FrameHeader {
  fin: boolean;
  rsv1: boolean;
  rsv2: boolean;
  rsv3: boolean;
  opcode: number;
  masked: boolean;
  /** The four bytes of the key as one little-endian number: the low byte masks the first payload byte. */
  maskingKey: number;
  payloadLength: number;
  /** Bytes the header itself takes. */
  headerLength: number;
}

/** Bytes a header takes, told by its second byte. */
export function headerLength(second: number): number {
  const length = second & 0x7f;
  return 2 + (second >> 7) * 4 + (length < 126 ? 0 : length === 126 ? 2 : 8);
}

/** The payload length of a header at `at`; above 2^53 - 1 it is rounded, but stays above. */
export function readPayloadLength(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] & 0x7f;
  if (length < 126) return length;
  if (length === 126) return (bytes[at + 2] << 8) | bytes[at + 3];
  return readUint32BE(bytes, at + 2) * 0x100000000 + readUint32BE(bytes, at + 6);
}

function readUint32BE(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** Four bytes as a signed little-endian number: the masking key as the kernels take it. */
export function readMaskingKey(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/**
 * Reads the frame header at `offset`. Returns `undefined` while bytes are missing. Checks no rule but
 * that the length can be told exactly: a payload length above 2^53 - 1 throws a {@link ProtocolError}.
 * Borrows `bytes` for the call.
 */
export function parseFrameHeader(bytes: Uint8Array, offset = 0): FrameHeader | undefined {
  if (!Number.isInteger(offset) || offset < 0) throw new RangeError('offset must be an index');
  const available = bytes.length - offset;
  if (available < 2) return undefined;
  const first = bytes[offset];
  const second = bytes[offset + 1];
  const size = headerLength(second);
  if (available < size) return undefined;
  const masked = second >= 0x80;
  const payloadLength = readPayloadLength(bytes, offset);
  if (payloadLength > Number.MAX_SAFE_INTEGER) {
    const role: Role = masked ? 'server' : 'client';
    throw new ProtocolError(VIOLATION.UNSUPPORTED_DATA_PAYLOAD_LENGTH, { offset, role });
  }
  return {
    fin: (first & 0x80) !== 0,
    rsv1: (first & 0x40) !== 0,
    rsv2: (first & 0x20) !== 0,
    rsv3: (first & 0x10) !== 0,
    opcode: first & 0x0f,
    masked,
    maskingKey: masked ? readMaskingKey(bytes, offset + size - 4) >>> 0 : 0,
    payloadLength,
    headerLength: size,
  };
}

/** Bytes the header of a frame with this payload length takes. */
export function sizeOfHeader(payloadLength: number, masked: boolean): number {
  return (payloadLength < 126 ? 2 : payloadLength < 65536 ? 4 : 10) + (masked ? 4 : 0);
}

/** Writes the two bytes every header has and the extended payload length; returns the index behind. */
export function writeLength(
  target: Uint8Array,
  at: number,
  first: number,
  maskBit: number,
  length: number,
): number {
  target[at] = first;
  if (length < 126) {
    target[at + 1] = maskBit | length;
    return at + 2;
  }
  if (length < 65536) {
    target[at + 1] = maskBit | 126;
    target[at + 2] = length >> 8;
    target[at + 3] = length;
    return at + 4;
  }
  target[at + 1] = maskBit | 127;
  writeUint32BE(target, at + 2, Math.floor(length / 0x100000000));
  writeUint32BE(target, at + 6, length);
  return at + 10;
}

function writeUint32BE(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** Writes a masking key as {@link readMaskingKey} reads it; returns the index behind. */
export function writeMaskingKey(target: Uint8Array, at: number, key: number): number {
  target[at] = key;
  target[at + 1] = key >> 8;
  target[at + 2] = key >> 16;
  target[at + 3] = key >> 24;
  return at + 4;
}

/** What {@link writeFrameHeader} writes. */
export interface FrameHeaderInit {
  /** Default true. */
  fin?: boolean;
  /** Default false. Only with an extension that defines it (§5.2). */
  rsv1?: boolean;
  opcode: number;
  payloadLength: number;
  /** As in {@link FrameHeader.maskingKey}; without it the frame is unmasked. */
  maskingKey?: number;
}

/**
 * Writes a frame header into `target` (mutated in place) at `offset` and returns the bytes written: at
 * most 14. Throws a RangeError where the header does not fit or a field is out of range.
 */
export function writeFrameHeader(
  target: Uint8Array,
  offset: number,
  header: FrameHeaderInit,
): number {
  const { fin = true, rsv1 = false, opcode, payloadLength, maskingKey } = header;
  if (!Number.isInteger(opcode) || opcode < 0 || opcode > 15) {
    throw new RangeError('opcode must be an integer from 0 to 15');
  }
  if (!Number.isSafeInteger(payloadLength) || payloadLength < 0) {
    throw new RangeError('payloadLength must be an integer from 0 to 2^53 - 1');
  }
  const masked = maskingKey !== undefined;
  const size = sizeOfHeader(payloadLength, masked);
  if (!Number.isInteger(offset) || offset < 0 || offset + size > target.length) {
    throw new RangeError(`a header of ${size} bytes does not fit at offset ${offset}`);
  }
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  const at = writeLength(target, offset, first, masked ? 0x80 : 0, payloadLength);
  if (masked) writeMaskingKey(target, at, maskingKey);
  return size;
}
