// The rules of one frame header, RFC 6455 §5.1, §5.2, §5.4 and §5.5: RSV bits, opcodes, FIN, masks and payload lengths. The
// rules of text are in kernel/utf8.ts (§8.1), those of close frames in status-codes.ts and control-payload.ts (§7.4).
// assembly/header.ts and assembly/scan.ts are the twins.

import { MAX_CONTROL_PAYLOAD } from './limits.ts';
import { BINARY, CLOSE, CONTINUATION, PONG } from './opcodes.ts';
import { VIOLATION, type Violation } from './violations.ts';

// What a decoder allows, as bits of one number; as RULE_* in assembly/layout.ts.

/** §5.1: this end is the server, so every frame must be masked; without it, none may be. */
export const RULE_SERVER = 1;
/** §5.2: an extension that defines RSV1 was negotiated. */
export const RULE_RSV1 = 8;
/** §5.2: payload lengths need not be in their shortest form. */
export const RULE_LONG_LENGTHS = 16;

// The first byte of a header (§5.2).
const FIN = 0x80;
const RSV1 = 0x40;
const RSV2_AND_RSV3 = 0x30;
const OPCODE = 0x0f;

/**
 * The rule that the first two bytes of a header break, or 0. `fragmented` is nonzero while a message is
 * in progress. The twin of checkHeader in assembly/header.ts.
 */
export function checkHeader(
  first: number,
  second: number,
  rules: number,
  fragmented: number,
): Violation | 0 {
  const opcode = first & OPCODE;
  if (first & RSV2_AND_RSV3) return VIOLATION.UNEXPECTED_RSV_2_3;
  if (first & RSV1 && ((rules & RULE_RSV1) === 0 || opcode === CONTINUATION))
    return VIOLATION.UNEXPECTED_RSV_1;
  if (opcode === CONTINUATION) {
    if (fragmented === 0) return VIOLATION.UNEXPECTED_CONTINUATION;
  } else if (opcode <= BINARY) {
    if (fragmented !== 0) return VIOLATION.EXPECTED_CONTINUATION;
  } else {
    const violation = checkControl(first, opcode, second & 0x7f);
    if (violation !== 0) return violation;
  }
  if (second >> 7 === (rules & RULE_SERVER)) return 0;
  return second >> 7 ? VIOLATION.UNEXPECTED_MASK : VIOLATION.EXPECTED_MASK;
}

/** §5.5. A close frame of one byte cannot hold its two-byte status code (§5.5.1). */
function checkControl(first: number, opcode: number, length: number): Violation | 0 {
  if (opcode < CLOSE || opcode > PONG) return VIOLATION.RESERVED_OPCODE;
  if ((first & FIN) === 0) return VIOLATION.EXPECTED_FIN;
  if (first & RSV1) return VIOLATION.UNEXPECTED_RSV_1;
  if (length > MAX_CONTROL_PAYLOAD || (opcode === CLOSE && length === 1)) {
    return VIOLATION.INVALID_CONTROL_PAYLOAD_LENGTH;
  }
  return 0;
}

/** The rule that a payload of `length` bytes in this form breaks, or 0. */
export function checkLength(length: number, second: number, rules: number): Violation | 0 {
  if (length > Number.MAX_SAFE_INTEGER) return VIOLATION.UNSUPPORTED_DATA_PAYLOAD_LENGTH;
  const form = second & 0x7f;
  if (form < 126 || (rules & RULE_LONG_LENGTHS) !== 0) return 0;
  return length < (form === 126 ? 126 : 65536) ? VIOLATION.NON_MINIMAL_PAYLOAD_LENGTH : 0;
}
