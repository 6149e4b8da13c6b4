// A broken rule as a report: what the decoder's own ProtocolError says.

import { ProtocolError } from '../protocol/errors.ts';
import type { Role } from '../protocol/role.ts';
import type { Violation } from '../protocol/violations.ts';
import type { Problem } from './types.ts';

/** What the end that gets `sender`'s bytes says of the rule broken at this byte of the input. */
export function problemOf(
  violation: Violation,
  sender: Role,
  at: { offset: number; value?: number; detail?: string },
): Problem {
  const role = sender === 'client' ? 'server' : 'client';
  const { code, message, closeCode, section } = new ProtocolError(violation, { ...at, role });
  return { code, violation, message, closeCode, section, ...at };
}
