// ProtocolError -> the error ws makes of the same violation: its class, its message, its code, the close
// code under ws's own symbol. What ws leaves out, the cause tells.

import type { ProtocolError } from '../../protocol/errors.ts';
import { VIOLATION, type Violation } from '../../protocol/violations.ts';
import type { Internals } from './internals.ts';

const FRAME = 'Invalid WebSocket frame: ';

/** By violation: ws's message, completed by the value at fault. */
const MESSAGES: Partial<Record<Violation, (value?: number) => string>> = {
  [VIOLATION.UNEXPECTED_RSV_1]: () => `${FRAME}RSV1 must be clear`,
  [VIOLATION.UNEXPECTED_RSV_2_3]: () => `${FRAME}RSV2 and RSV3 must be clear`,
  [VIOLATION.RESERVED_OPCODE]: invalidOpcode,
  [VIOLATION.UNEXPECTED_CONTINUATION]: invalidOpcode,
  [VIOLATION.EXPECTED_CONTINUATION]: invalidOpcode,
  [VIOLATION.EXPECTED_FIN]: () => `${FRAME}FIN must be set`,
  [VIOLATION.INVALID_CONTROL_PAYLOAD_LENGTH]: (length) =>
    `${FRAME}invalid payload length ${length}`,
  [VIOLATION.EXPECTED_MASK]: () => `${FRAME}MASK must be set`,
  [VIOLATION.UNEXPECTED_MASK]: () => `${FRAME}MASK must be clear`,
  [VIOLATION.UNSUPPORTED_DATA_PAYLOAD_LENGTH]: () =>
    'Unsupported WebSocket frame: payload length > 2^53 - 1',
  [VIOLATION.UNSUPPORTED_MESSAGE_LENGTH]: () => 'Max payload size exceeded',
  [VIOLATION.INVALID_UTF8]: () => `${FRAME}invalid UTF-8 sequence`,
  [VIOLATION.INVALID_CLOSE_CODE]: (code) => `${FRAME}invalid status code ${code}`,
  [VIOLATION.TOO_MANY_FRAGMENTS]: () => 'Too many message fragments',
  [VIOLATION.TOO_MANY_CHUNKS]: () => 'Too many buffered chunks',
};

function invalidOpcode(opcode?: number): string {
  return `${FRAME}invalid opcode ${opcode}`;
}

/** The error as ws would have emitted it. */
export function errorAsInWs(error: ProtocolError, { kStatusCode }: Internals): Error {
  const { violation, value, message, code, closeCode, cause } = error;
  if (violation === VIOLATION.INVALID_EXTENSION_DATA && cause instanceof Error) return cause;
  const Class = violation === VIOLATION.INVALID_UTF8 ? Error : RangeError;
  const made = new Class(MESSAGES[violation]?.(value) ?? message, { cause: error });
  return Object.assign(made, { code, [kStatusCode]: closeCode });
}
