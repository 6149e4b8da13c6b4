// The field of a frame header that breaks a rule, for the error to name.

import { VIOLATION, type Violation } from './violations.ts';

/** What a frame header has that breaks the rule, where that is one field. */
export function fieldAtFault(
  violation: Violation,
  source: Uint8Array,
  header: number,
): number | undefined {
  switch (violation) {
    case VIOLATION.RESERVED_OPCODE:
    case VIOLATION.UNEXPECTED_CONTINUATION:
    case VIOLATION.EXPECTED_CONTINUATION:
      return source[header] & 0x0f;
    case VIOLATION.INVALID_CONTROL_PAYLOAD_LENGTH:
      return source[header + 1] & 0x7f;
    default:
      return undefined;
  }
}
