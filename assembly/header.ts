// One frame header, RFC 6455 §5.2: its rules, its fields, and writing it.

import {
  EXPECTED_CONTINUATION,
  EXPECTED_FIN,
  EXPECTED_MASK,
  INVALID_CONTROL_PAYLOAD_LENGTH,
  RESERVED_OPCODE,
  RULE_RSV1,
  RULE_SERVER,
  UNEXPECTED_CONTINUATION,
  UNEXPECTED_MASK,
  UNEXPECTED_RSV_1,
  UNEXPECTED_RSV_2_3,
} from './layout';

/** The rule that the first two bytes of a header break, or 0. The twin of checkHeader in src/protocol. */
// @ts-ignore: decorator
@inline
export function checkHeader(first: u32, second: u32, rules: u32, fragmented: u32): u32 {
  const opcode = first & 0x0f;
  if (first & 0x30) return UNEXPECTED_RSV_2_3;
  if (first & 0x40 && (!(rules & RULE_RSV1) || opcode == 0)) return UNEXPECTED_RSV_1;
  if (opcode == 0) {
    if (!fragmented) return UNEXPECTED_CONTINUATION;
  } else if (opcode < 3) {
    if (fragmented) return EXPECTED_CONTINUATION;
  } else {
    if (opcode < 8 || opcode > 10) return RESERVED_OPCODE;
    if (!(first & 0x80)) return EXPECTED_FIN;
    if (first & 0x40) return UNEXPECTED_RSV_1;
    const length = second & 0x7f;
    if (length > 125 || (opcode == 8 && length == 1)) return INVALID_CONTROL_PAYLOAD_LENGTH;
  }
  if (second >> 7 != (rules & RULE_SERVER)) return second >> 7 ? UNEXPECTED_MASK : EXPECTED_MASK;
  return 0;
}

/** Bytes a header takes, told by its second byte. */
// @ts-ignore: decorator
@inline
export function headerLength(second: u32): usize {
  const length = second & 0x7f;
  return <usize>(2 + ((second >> 7) << 2) + (length < 126 ? 0 : length == 126 ? 2 : 8));
}

/** The payload length of the header at `at`. */
// @ts-ignore: decorator
@inline
export function payloadLength(at: usize, second: u32): u64 {
  const length = second & 0x7f;
  if (length < 126) return length;
  return length == 126 ? bswap<u16>(load<u16>(at, 2)) : bswap<u64>(load<u64>(at, 2));
}

/**
 * Writes a header of `first` byte, mask bit (0x80 or 0), payload length and, if masked, key, and
 * returns its length.
 */
// @ts-ignore: decorator
@inline
export function writeHeader(at: usize, first: u32, maskBit: u32, length: u32, key: u32): usize {
  let size: usize = 2;
  if (length < 126) {
    store<u16>(at, first | ((maskBit | length) << 8));
  } else if (length < 65536) {
    store<u16>(at, first | ((maskBit | 126) << 8));
    store<u16>(at, bswap<u16>(<u16>length), 2);
    size = 4;
  } else {
    store<u16>(at, first | ((maskBit | 127) << 8));
    store<u64>(at, bswap<u64>(length), 2);
    size = 10;
  }
  if (maskBit) {
    store<u32>(at + size, key);
    size += 4;
  }
  return size;
}
