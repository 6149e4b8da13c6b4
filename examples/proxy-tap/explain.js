// What the inspector says of one frame that was cut out of its stream.

import { inspect } from 'wsimd/inspect';

/** The beginning of a message, so that a continuation is taken for one. Binary: text may be cut inside a character. */
const BEGUN = { client: [0x02, 0x80, 0, 0, 0, 0], server: [0x02, 0x00] };

const BINARY = 2;

/**
 * Explains a frame of `sender`: its problem with the rule's section and the byte of the stream, the close
 * code, the beginning of its payload. A compressed one is inflated where `canInflate`, else shown as it is.
 */
export function explain({ head, kept = [], offset }, { sender, isInMessage, canInflate = false }) {
  const bytes = Buffer.concat([
    ...(isInMessage ? [Buffer.from(BEGUN[sender])] : []),
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

/** A problem of the inspector or an error of the decoder: the rule, and the byte of the stream, `shift` further on. */
export function violationOf({ code, message, section, closeCode, offset }, shift) {
  const [, rule] = /^[^:]+: (.*), at byte/.exec(message);
  return { code, rule, section, closeCode, offset: offset + shift };
}

/** The head of a compressed frame that cannot be inflated by itself: as binary, for its bytes to be shown. */
export function asBinary(head) {
  const copy = Buffer.from(head);
  copy[0] = (copy[0] & 0x80) | BINARY;
  return copy;
}
