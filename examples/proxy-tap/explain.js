// Inspects a single frame that was cut out of its stream.

import { inspect } from 'wsimd/inspect';

/** The first fragment of a message, to precede a continuation. Binary: text may be cut inside a character. */
const FIRST_FRAGMENT = { client: [0x02, 0x80, 0, 0, 0, 0], server: [0x02, 0x00] };

const BINARY = 2;

/**
 * Explains a frame of `sender`: its violation with the RFC section and the byte of the stream, its close code, and the
 * start of its payload. A compressed payload is inflated if `canInflate`, otherwise shown as raw bytes.
 */
export function explain({ head, kept = [], offset }, { sender, isInMessage, canInflate = false }) {
  const bytes = Buffer.concat([
    ...(isInMessage ? [Buffer.from(FIRST_FRAGMENT[sender])] : []),
    head,
    ...kept,
  ]);
  const at = bytes.length - head.length - kept.reduce((sum, { length }) => sum + length, 0);
  const { frames, messages, problem } = inspect(bytes, {
    role: sender,
    deflate: canInflate,
    maxInflated: 65_536,
  });
  const frame = frames.find((one) => one.offset === at);
  const message = messages.find((one) => one.compressed && one.complete);
  return {
    ...(problem && { problem: violationOf(problem, offset - at) }),
    ...(frame?.close && { close: frame.close }),
    ...(message && { inflated: message.length }),
    preview: (message ?? frame)?.preview ?? { hex: '', bytesLeft: 0 },
  };
}

/** The rule of an inspector problem or a decoder error, and its byte of the stream: `offset` plus `shift`. */
export function violationOf({ code, message, section, closeCode, offset }, shift) {
  const [, rule] = /^[^:]+: (.*), at byte/.exec(message);
  return { code, rule, section, closeCode, offset: offset + shift };
}

/** Marks the header of a compressed frame as binary, so that its raw bytes are shown. */
export function asBinary(head) {
  const copy = Buffer.from(head);
  copy[0] = (copy[0] & 0x80) | BINARY;
  return copy;
}
