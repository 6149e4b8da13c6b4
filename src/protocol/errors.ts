// What a peer can do wrong: one error type, and the list of violations with the close code each calls
// for (RFC 6455 §7.4.1) and the section it breaks.

/** Which end of the connection this is (§5.1: a client masks what it sends, a server does not). */
export type Role = 'server' | 'client';

/** A rule a peer can break, or why this end could not go on. Numbers 1 to 13 are also those of assembly/layout.ts. */
export const VIOLATION = {
  UNEXPECTED_RSV_1: 1,
  UNEXPECTED_RSV_2_3: 2,
  RESERVED_OPCODE: 3,
  UNEXPECTED_CONTINUATION: 4,
  EXPECTED_CONTINUATION: 5,
  EXPECTED_FIN: 6,
  INVALID_CONTROL_PAYLOAD_LENGTH: 7,
  EXPECTED_MASK: 8,
  UNEXPECTED_MASK: 9,
  UNSUPPORTED_DATA_PAYLOAD_LENGTH: 10,
  NON_MINIMAL_PAYLOAD_LENGTH: 11,
  UNSUPPORTED_MESSAGE_LENGTH: 12,
  INVALID_UTF8: 13,
  INVALID_CLOSE_CODE: 14,
  TOO_MANY_BUFFERED_BYTES: 15,
  UNEXPECTED_END: 16,
  INVALID_EXTENSION_DATA: 17,
  TOO_MANY_FRAGMENTS: 18,
  TOO_MANY_CHUNKS: 19,
  INTERNAL_ERROR: 20,
  DETACHED_CHUNK: 21,
} as const;

/** A number of {@link VIOLATION}. */
export type Violation = (typeof VIOLATION)[keyof typeof VIOLATION];

type Details = readonly [code: string, closeCode: number, section: string, message: string];

/** By number. The codes are those of ws where ws has one. */
const DETAILS: readonly (Details | null)[] = [
  null,
  ['WS_ERR_UNEXPECTED_RSV_1', 1002, '5.2', 'RSV1 must be clear'],
  ['WS_ERR_UNEXPECTED_RSV_2_3', 1002, '5.2', 'RSV2 and RSV3 must be clear'],
  ['WS_ERR_INVALID_OPCODE', 1002, '5.2', 'the opcode is reserved'],
  ['WS_ERR_INVALID_OPCODE', 1002, '5.4', 'a continuation frame with no message to continue'],
  ['WS_ERR_INVALID_OPCODE', 1002, '5.4', 'a new message before the last one ended'],
  ['WS_ERR_EXPECTED_FIN', 1002, '5.5', 'a control frame must not be fragmented'],
  [
    'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
    1002,
    '5.5',
    'invalid payload length of a control frame',
  ],
  ['WS_ERR_EXPECTED_MASK', 1002, '5.1', 'a client must mask its frames'],
  ['WS_ERR_UNEXPECTED_MASK', 1002, '5.1', 'a server must not mask its frames'],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009, '5.2', 'the payload length exceeds 2^53 - 1'],
  [
    'WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH',
    1002,
    '5.2',
    'the payload length is not in its shortest form',
  ],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009, '7.4.1', 'the message exceeds maxPayload'],
  ['WS_ERR_INVALID_UTF8', 1007, '8.1', 'text that is not UTF-8'],
  ['WS_ERR_INVALID_CLOSE_CODE', 1002, '7.4', 'invalid status code in a close frame'],
  ['WS_ERR_TOO_MANY_BUFFERED_BYTES', 1009, '10.4', 'unfinished data exceeds maxBufferedBytes'],
  ['WS_ERR_UNEXPECTED_END', 1006, '7.1.5', 'the connection ended without a close frame'],
  ['WS_ERR_INVALID_EXTENSION_DATA', 1007, '9', 'a message its extension could not transform'],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008, '10.4', 'a message of more frames than maxFragments'],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008, '10.4', 'a frame in more chunks than maxBufferedChunks'],
  ['WS_ERR_INTERNAL', 1011, '7.4.1', 'this end could not go on'],
  [
    'WS_ERR_DETACHED_CHUNK',
    1011,
    '7.4.1',
    'the memory of a chunk was detached or resized before all of it was read',
  ],
];

/** What {@link ProtocolError} is made from. */
export interface ProtocolErrorInit {
  /** Byte of the stream, from 0, where the frame or character at fault begins. */
  offset: number;
  role: Role;
  /** The opcode, payload length (seven bits) or status code at fault, where one is. */
  value?: number;
  /** What was thrown underneath, if anything was. */
  cause?: unknown;
}

/** The peer broke the protocol, or a limit of this end's, its memory included. The connection cannot go on. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** The rule that was broken, as in {@link VIOLATION}. */
  readonly violation: Violation;
  /** Stable, for programs: `WS_ERR_...`, the same as in ws where ws has one. */
  readonly code: string;
  /** The status code to close the connection with; 1006 is never sent and means: just end it. */
  readonly closeCode: number;
  /** The section of RFC 6455 that the rule stands in. */
  readonly section: string;
  /** Byte of the stream, from 0, where the frame or character at fault begins. */
  readonly offset: number;
  /** The end that noticed. */
  readonly role: Role;
  /** The opcode, payload length (seven bits) or status code at fault, where one is. */
  readonly value: number | undefined;

  constructor(violation: Violation, init: ProtocolErrorInit) {
    const [code, closeCode, section, message] = DETAILS[violation] as Details;
    const where = `at byte ${init.offset} (RFC 6455 §${section})`;
    const what = closeCode === 1011 ? 'WebSocket stream given up' : 'Invalid WebSocket stream';
    super(`${what}: ${message}, ${where}`, 'cause' in init ? init : undefined);
    this.violation = violation;
    this.code = code;
    this.closeCode = closeCode;
    this.section = section;
    this.offset = init.offset;
    this.role = init.role;
    this.value = init.value;
  }
}
