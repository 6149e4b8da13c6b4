// Every violation once: what a peer can do wrong, and why this end could not go on, with the status code to close with
// (RFC 6455 §7.4.1) and the section that has the rule.

import {
  ABNORMAL_CLOSURE,
  INTERNAL_ERROR,
  INVALID_PAYLOAD_DATA,
  MESSAGE_TOO_BIG,
  POLICY_VIOLATION,
  PROTOCOL_ERROR,
} from './status-codes.ts';

type Row = readonly [
  number: number,
  code: string,
  closeCode: number,
  section: string,
  message: string,
];

/**
 * Numbers 1 to 13 are also those of assembly/layout.ts (test/module compares them). The codes are those of ws where ws
 * has one. docs/errors.md lists them (test/protocol compares it).
 */
export const VIOLATIONS = {
  UNEXPECTED_RSV_1: [1, 'WS_ERR_UNEXPECTED_RSV_1', PROTOCOL_ERROR, '5.2', 'RSV1 must be clear'],
  UNEXPECTED_RSV_2_3: [
    2,
    'WS_ERR_UNEXPECTED_RSV_2_3',
    PROTOCOL_ERROR,
    '5.2',
    'RSV2 and RSV3 must be clear',
  ],
  RESERVED_OPCODE: [3, 'WS_ERR_INVALID_OPCODE', PROTOCOL_ERROR, '5.2', 'the opcode is reserved'],
  UNEXPECTED_CONTINUATION: [
    4,
    'WS_ERR_INVALID_OPCODE',
    PROTOCOL_ERROR,
    '5.4',
    'a continuation frame with no message to continue',
  ],
  EXPECTED_CONTINUATION: [
    5,
    'WS_ERR_INVALID_OPCODE',
    PROTOCOL_ERROR,
    '5.4',
    'a new message before the last one ended',
  ],
  EXPECTED_FIN: [
    6,
    'WS_ERR_EXPECTED_FIN',
    PROTOCOL_ERROR,
    '5.5',
    'a control frame must not be fragmented',
  ],
  INVALID_CONTROL_PAYLOAD_LENGTH: [
    7,
    'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
    PROTOCOL_ERROR,
    '5.5',
    'invalid payload length of a control frame',
  ],
  EXPECTED_MASK: [
    8,
    'WS_ERR_EXPECTED_MASK',
    PROTOCOL_ERROR,
    '5.1',
    'a client must mask its frames',
  ],
  UNEXPECTED_MASK: [
    9,
    'WS_ERR_UNEXPECTED_MASK',
    PROTOCOL_ERROR,
    '5.1',
    'a server must not mask its frames',
  ],
  UNSUPPORTED_DATA_PAYLOAD_LENGTH: [
    10,
    'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
    MESSAGE_TOO_BIG,
    '5.2',
    'the payload length exceeds 2^53 - 1',
  ],
  NON_MINIMAL_PAYLOAD_LENGTH: [
    11,
    'WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH',
    PROTOCOL_ERROR,
    '5.2',
    'the payload length is not in its shortest form',
  ],
  UNSUPPORTED_MESSAGE_LENGTH: [
    12,
    'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    MESSAGE_TOO_BIG,
    '7.4.1',
    'the message exceeds maxPayload',
  ],
  INVALID_UTF8: [13, 'WS_ERR_INVALID_UTF8', INVALID_PAYLOAD_DATA, '8.1', 'text that is not UTF-8'],
  INVALID_CLOSE_CODE: [
    14,
    'WS_ERR_INVALID_CLOSE_CODE',
    PROTOCOL_ERROR,
    '7.4',
    'invalid status code in a close frame',
  ],
  TOO_MANY_BUFFERED_BYTES: [
    15,
    'WS_ERR_TOO_MANY_BUFFERED_BYTES',
    MESSAGE_TOO_BIG,
    '10.4',
    'unfinished data exceeds maxBufferedBytes',
  ],
  UNEXPECTED_END: [
    16,
    'WS_ERR_UNEXPECTED_END',
    ABNORMAL_CLOSURE,
    '7.1.5',
    'the connection ended without a close frame',
  ],
  INVALID_EXTENSION_DATA: [
    17,
    'WS_ERR_INVALID_EXTENSION_DATA',
    INVALID_PAYLOAD_DATA,
    '9',
    'a message its extension could not transform',
  ],
  TOO_MANY_FRAGMENTS: [
    18,
    'WS_ERR_TOO_MANY_BUFFERED_PARTS',
    POLICY_VIOLATION,
    '10.4',
    'a message of more frames than maxFragments',
  ],
  TOO_MANY_CHUNKS: [
    19,
    'WS_ERR_TOO_MANY_BUFFERED_PARTS',
    POLICY_VIOLATION,
    '10.4',
    'a frame in more chunks than maxBufferedChunks',
  ],
  INTERNAL_ERROR: [20, 'WS_ERR_INTERNAL', INTERNAL_ERROR, '7.4.1', 'internal error'],
  DETACHED_CHUNK: [
    21,
    'WS_ERR_DETACHED_CHUNK',
    INTERNAL_ERROR,
    '7.4.1',
    'the memory of a chunk was detached or resized before all of it was read',
  ],
} as const satisfies Record<string, Row>;

type Name = keyof typeof VIOLATIONS;

/** The violations' numbers, by name. */
export const VIOLATION = Object.fromEntries(
  Object.entries(VIOLATIONS).map(([name, [number]]) => [name, number]),
) as { readonly [N in Name]: (typeof VIOLATIONS)[N][0] };

/** A number of {@link VIOLATION}. */
export type Violation = (typeof VIOLATION)[Name];

const ROWS: readonly Row[] = Object.values(VIOLATIONS);

/** The row of a violation. */
export function rowOf(violation: Violation): Row {
  return ROWS[violation - 1];
}
