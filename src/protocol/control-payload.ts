// What control frames may carry, RFC 6455 §5.5; a close frame (§5.5.1) nothing, or a status code and a reason.

import { MAX_CLOSE_REASON, MAX_CONTROL_PAYLOAD } from './limits.ts';
import { isValidStatusCode } from './status-codes.ts';

/** The status code of a close frame's payload of at least two bytes. */
export function readStatusCode(payload: Uint8Array): number {
  return (payload[0] << 8) | payload[1];
}

/** Throws where a close frame must not carry this: a RangeError, for it is this end that is wrong. */
export function assertClose(code: number | undefined, reasonLength: number): void {
  if (code === undefined) {
    if (reasonLength > 0) throw new RangeError('a close reason needs a status code (§5.5.1)');
    return;
  }
  if (!isValidStatusCode(code)) throw new RangeError(`${code} is not a status code to send (§7.4)`);
  if (reasonLength > MAX_CLOSE_REASON) {
    throw new RangeError(`a close reason has at most ${MAX_CLOSE_REASON} bytes (§5.5)`);
  }
}

/** Throws a RangeError where a control frame must not be like this. */
export function assertControl(fin: boolean, length: number): void {
  if (!fin) throw new RangeError('a control frame must not be fragmented (§5.5)');
  if (length > MAX_CONTROL_PAYLOAD) {
    throw new RangeError(`a control frame carries at most ${MAX_CONTROL_PAYLOAD} bytes (§5.5)`);
  }
}
