// Close codes and reasons, RFC 6455 §5.5.1 and §7.1: the options of a close, and the result of one.

import { utf8Length } from '../kernel/platform.ts';
import { assertClose } from '../protocol/control-payload.ts';
import { NO_STATUS_RECEIVED, NORMAL_CLOSURE } from '../protocol/status-codes.ts';

/** The code and reason to close a connection with. */
export interface CloseInit {
  /** A status code of §7.4. */
  closeCode?: number;
  /** At most 123 bytes of UTF-8. With a reason, the code defaults to 1000. */
  reason?: string;
}

/** The code and reason the peer closed the connection with. */
export interface CloseInfo {
  /** A status code of §7.4; 1005 if the close frame had none. */
  closeCode: number;
  reason: string;
}

/** Checks a code and a reason. Throws a RangeError if they must not be sent. */
export function checkClose({ closeCode, reason = '' }: CloseInit): CloseInfo {
  const code = closeCode === undefined && reason !== '' ? NORMAL_CLOSURE : closeCode;
  assertClose(code, utf8Length(reason));
  return { closeCode: code ?? NO_STATUS_RECEIVED, reason };
}

/** The code to put into the close frame. */
export function codeToSend({ closeCode }: CloseInfo): number | undefined {
  return closeCode === NO_STATUS_RECEIVED ? undefined : closeCode;
}

/** The code and reason in the reason a stream was cancelled or aborted with, if they may be sent (as in the draft). */
export function closeInitOf(reason: unknown): CloseInit {
  const { closeCode, reason: text } = (reason ?? {}) as { closeCode?: unknown; reason?: unknown };
  if (typeof closeCode !== 'number') return {};
  try {
    return checkClose({ closeCode, reason: typeof text === 'string' ? text : '' });
  } catch {
    return {};
  }
}
