// Limits: what the protocol allows, and what a decoder allows unless told otherwise.

/** §5.5: a control frame carries at most 125 bytes. */
export const MAX_CONTROL_PAYLOAD = 125;

/** §5.5.1: two bytes of a close frame's payload are the status code. */
export const MAX_CLOSE_REASON = MAX_CONTROL_PAYLOAD - 2;

/** §5.2: 2 bytes, 8 of extended payload length, 4 of masking key. */
export const MAX_HEADER_LENGTH = 14;

/** Bytes a message may have, unless told otherwise: 16 MiB. */
export const DEFAULT_MAX_PAYLOAD = 16 * 1024 * 1024;

/**
 * Bytes of memory an unfinished message may hold, for a given largest message: a piece kept where it
 * arrived may hold twice its size, a growing block as well.
 */
export function defaultMaxBufferedBytes(maxPayload: number): number {
  return 2 * maxPayload + 128 * 1024;
}
