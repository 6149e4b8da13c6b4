// The report of one frame: its fields, its unmasked payload (§5.3), and the code and reason of a close frame.

import { xorOnce } from '../kernel/js-mask.ts';
import { readStatusCode } from '../protocol/control-payload.ts';
import { headerLength, readMaskingKey, readPayloadLength } from '../protocol/header.ts';
import { CLOSE, TEXT } from '../protocol/opcodes.ts';
import { NO_STATUS_RECEIVED } from '../protocol/status-codes.ts';
import { closeCodeMeaning } from './close-codes.ts';
import { headerFields, opcodeName, payloadField } from './fields.ts';
import { anyTextOf, previewOf, toHex } from './preview.ts';
import type { CloseReport, FrameReport } from './types.ts';

/** Reports the frame at `at`, valid or not. At least one byte of it is in the input. */
export function reportOf(
  bytes: Uint8Array,
  at: number,
  index: number,
  maxPayloadPreview: number,
): FrameReport {
  const available = bytes.length - at;
  const first = bytes[at];
  const second = available > 1 ? bytes[at + 1] : 0;
  const size = headerLength(second);
  const isHeaderHere = available >= Math.max(2, size);
  const isLengthHere = isHeaderHere || (available > 1 && (second & 127) < 126);
  const payloadLength = isLengthHere ? readPayloadLength(bytes, at) : 0;
  const masked = second > 127;
  const payload = isHeaderHere
    ? payloadAt(bytes, at + size, payloadLength, masked)
    : bytes.slice(0, 0);
  const opcode = first & 15;
  const fields = headerFields(bytes, at, available, payloadLength);
  if (isHeaderHere) fields.push(payloadField(at, size, payloadLength, payload.length, masked));
  const report: FrameReport = {
    index,
    offset: at,
    length: (available > 1 ? size : 2) + payloadLength,
    fields,
    ...{ fin: first > 127, rsv1: (first & 64) !== 0, rsv2: (first & 32) !== 0 },
    ...{ rsv3: (first & 16) !== 0, opcode, opcodeName: opcodeName(opcode), masked },
    payloadLength,
    payload,
    preview: previewOf(payload, maxPayloadPreview, opcode === TEXT && (first & 64) === 0),
  };
  if (masked && isHeaderHere) report.maskingKey = toHex(bytes.subarray(at + size - 4, at + size));
  const close = opcode === CLOSE && payload.length === payloadLength ? closeOf(payload) : undefined;
  if (close !== undefined && isHeaderHere) report.close = close;
  return report;
}

/** The payload bytes in the input, unmasked. */
function payloadAt(bytes: Uint8Array, at: number, length: number, masked: boolean): Uint8Array {
  const payload = bytes.subarray(at, Math.min(bytes.length, at + length));
  if (!masked) return payload;
  const copy = new Uint8Array(payload);
  xorOnce(copy, 0, copy.length, readMaskingKey(bytes, at - 4));
  return copy;
}

/** §5.5.1: empty, or a status code and a reason. */
function closeOf(payload: Uint8Array): CloseReport | undefined {
  if (payload.length === 1) return undefined;
  const code = payload.length === 0 ? NO_STATUS_RECEIVED : readStatusCode(payload);
  const { name, meaning } = closeCodeMeaning(code);
  return { code, name, meaning, reason: anyTextOf(payload.subarray(2)) };
}
