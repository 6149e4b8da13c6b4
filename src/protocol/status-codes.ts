// Status codes of the close frame, RFC 6455 §7.4 and the IANA registry it set up.

export const NORMAL_CLOSURE = 1000;
export const GOING_AWAY = 1001;
export const PROTOCOL_ERROR = 1002;
export const UNSUPPORTED_DATA = 1003;
/** §7.4.1: stands for a close frame without a code; never sent. */
export const NO_STATUS_RECEIVED = 1005;
/** §7.4.1: stands for a connection that ended without a close frame; never sent. */
export const ABNORMAL_CLOSURE = 1006;
export const INVALID_PAYLOAD_DATA = 1007;
export const POLICY_VIOLATION = 1008;
export const MESSAGE_TOO_BIG = 1009;
export const INTERNAL_ERROR = 1011;

/**
 * Whether a close frame may carry this status code: §7.4.1 and the registry's 1012 to 1014 without the
 * three that are never sent, and the ranges for libraries and applications of §7.4.2. As in ws.
 */
export function isValidStatusCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) ||
    (code >= 3000 && code <= 4999)
  );
}
