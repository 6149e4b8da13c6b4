// The report of a violation, with the contents of the decoder's ProtocolError.

import { ProtocolError } from '../protocol/errors.ts';
import type { Role } from '../protocol/role.ts';
import type { Violation } from '../protocol/violations.ts';
import type { Problem } from './types.ts';

/** The violation that the receiver of `sender`'s bytes would report. */
export function problemOf(
  violation: Violation,
  sender: Role,
  at: { offset: number; value?: number; detail?: string },
): Problem {
  const role = sender === 'client' ? 'server' : 'client';
  const { code, message, closeCode, section } = new ProtocolError(violation, { ...at, role });
  return { code, violation, message, closeCode, section, ...at };
}
