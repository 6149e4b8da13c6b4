// The error that a violation is reported with.

import type { Role } from './role.ts';
import { INTERNAL_ERROR } from './status-codes.ts';
import { rowOf, type Violation } from './violations.ts';

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
    const [, code, closeCode, section, message] = rowOf(violation);
    const where = `at byte ${init.offset} (RFC 6455 §${section})`;
    const what =
      closeCode === INTERNAL_ERROR ? 'WebSocket stream aborted' : 'Invalid WebSocket stream';
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
