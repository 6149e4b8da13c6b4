// What a close frame says, RFC 6455 §5.5.1 and §7.1, as those who close a connection give it.

import { utf8Length } from '../kernel/platform.ts';
import { assertClose } from '../protocol/control-payload.ts';
import { NO_STATUS_RECEIVED, NORMAL_CLOSURE } from '../protocol/status-codes.ts';

/** How a connection is to be closed. */
export interface CloseInit {
  /** Of §7.4. */
  closeCode?: number;
  /** At most 123 bytes of UTF-8. With a reason the code is 1000 unless given. */
  reason?: string;
}

/** How a connection was closed by its peer. */
export interface CloseInfo {
  /** Of §7.4; 1005 for a close frame without one. */
  closeCode: number;
  reason: string;
}

/** Checks what is to be sent. Throws a RangeError on a code or a reason that must not be. */
export function settleClose({ closeCode, reason = '' }: CloseInit): CloseInfo {
  const code = closeCode === undefined && reason !== '' ? NORMAL_CLOSURE : closeCode;
  assertClose(code, utf8Length(reason));
  return { closeCode: code ?? NO_STATUS_RECEIVED, reason };
}

/** The code to put into a frame. */
export function codeToSend({ closeCode }: CloseInfo): number | undefined {
  return closeCode === NO_STATUS_RECEIVED ? undefined : closeCode;
}

/** Why a stream was cancelled or aborted: with a code where the reason has one to send, as the draft does. */
export function closeInitOf(reason: unknown): CloseInit {
  const { closeCode, reason: text } = (reason ?? {}) as { closeCode?: unknown; reason?: unknown };
  if (typeof closeCode !== 'number') return {};
  try {
    return settleClose({ closeCode, reason: typeof text === 'string' ? text : '' });
  } catch {
    return {};
  }
}
