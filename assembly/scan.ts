// A whole tile of a connection's bytes -> the frame table, in one call: every header read, every rule
// of RFC 6455 §5 checked, every payload unmasked in place, text classified on the way.
// The twin of src/kernel/js-scan.ts; test/differential holds the two equal.

import { checkHeader, headerLength, payloadLength } from './header';
import * as L from './layout';
import { gather, rotate, xor } from './mask';
import { transcode, validate } from './utf8';

const WHOLE: u32 = L.FLAG_FIN | L.FLAG_START | L.FLAG_END | L.FLAG_FIRST;

/** Where the next transcoded text goes. */
let utf16: usize = L.UTF16;

// @ts-ignore: decorator
@inline
function writeEntry(entry: usize, offset: u32, length: u32, flags: u32, extra: u32): void {
  store<u32>(entry, offset);
  store<u32>(entry, length, 4);
  store<u32>(entry, flags, 8);
  store<u32>(entry, extra, 12);
}

/** Unmasks a payload, or part of one. Returns whether it has a byte above 0x7F. */
// @ts-ignore: decorator
@inline
function unmask(at: usize, length: usize, rules: u32, key: u32): bool {
  return i8x16.bitmask(rules & L.RULE_SERVER ? xor(at, length, key) : gather(at, length)) != 0;
}

/** The rule that a payload of `length` bytes in this form breaks, or 0. */
// @ts-ignore: decorator
@inline
function checkLength(length: u64, second: u32, rules: u32): u32 {
  if (length > 0x1fffffffffffff) return L.UNSUPPORTED_DATA_PAYLOAD_LENGTH;
  const form = second & 0x7f;
  const least: u64 = form < 126 ? 0 : form == 126 ? 126 : 65536;
  if (length < least && !(rules & L.RULE_LONG_LENGTHS)) return L.NON_MINIMAL_PAYLOAD_LENGTH;
  return 0;
}

/** Whether a whole plain message of at most 125 bytes lies at `at`. */
// @ts-ignore: decorator
@inline
function isShortMessage(at: usize, end: usize, rules: u32, maxPayload: u64): bool {
  if (end - at < 6) return false;
  const header = <u32>load<u16>(at);
  const length = (header >> 8) & 0x7f;
  // FIN set, RSV1 to RSV3 clear, the opcode 1 or 2, the mask bit as the role wants it.
  return (
    (header & 0x80fc) == (((rules & L.RULE_SERVER) << 15) | 0x80) &&
    (header & 3) - 1 < 2 &&
    length < 126 &&
    length <= maxPayload &&
    <usize>length + headerLength(header >> 8) <= end - at
  );
}

/** Enters a whole message of text that is not all ASCII. Returns false, with an error, where it is no UTF-8. */
function enterText(entry: usize, at: usize, length: u32, flags: u32, rules: u32): bool {
  const offset = <u32>(at - L.INPUT);
  const utf16Limit = rules & L.MODE_STRINGS ? load<u32>(L.STATE, L.UTF16_LIMIT) : 0;
  flags |= L.FLAG_NON_ASCII;
  if (rules & L.MODE_SKIP_UTF8) {
    writeEntry(entry, offset, length, flags, 0);
  } else if (length > utf16Limit && length > load<u32>(L.STATE, L.CHECK_LIMIT)) {
    writeEntry(entry, offset, length, flags | L.FLAG_CHECK, 0);
  } else if (validate(at, length, 0) != 0) {
    writeEntry(entry, offset, length, L.FLAG_ERROR, L.INVALID_UTF8);
    return false;
  } else if (length > utf16Limit) {
    writeEntry(entry, offset, length, flags, 0);
  } else {
    const begin = utf16;
    utf16 = transcode(begin, at, length);
    const units = <u32>(utf16 - begin) >> 1;
    writeEntry(entry, <u32>(begin - L.UTF16) >> 1, length, flags | L.FLAG_UTF16, units);
  }
  return true;
}

/**
 * Scans `INPUT[0, length)`. Returns the number of entries; STATE holds the rest of the outcome. With
 * `goesOn`, more of the chunk lies behind: a frame that the tile cuts is left for the next tile, whole,
 * unless it is the first or larger than any tile.
 */
export function scan(length: u32, goesOn: bool): u32 {
  const rules = load<u32>(L.STATE, L.RULES);
  const maxPayload = <u64>load<f64>(L.STATE, L.MAX_PAYLOAD);
  const tableEnd = L.TABLE + <usize>L.TABLE_ENTRIES * L.ENTRY_BYTES;
  const end = L.INPUT + <usize>length;
  let key = load<u32>(L.STATE, L.KEY);
  let remaining = <u64>load<f64>(L.STATE, L.REMAINING);
  let current = load<u32>(L.STATE, L.CURRENT);
  let fragmented = load<u32>(L.STATE, L.FRAGMENTED);
  let messageLength = <u64>load<f64>(L.STATE, L.MESSAGE_LENGTH);
  let entry = L.TABLE;
  let at = L.INPUT;
  let violation: u32 = 0;
  utf16 = L.UTF16;

  for (; at < end && entry < tableEnd; entry += L.ENTRY_BYTES) {
    // The common case by itself: worth a fifth at 16 bytes (bench/receive, borrowed).
    if ((current | fragmented) == 0 && isShortMessage(at, end, rules, maxPayload)) {
      const opcode = <u32>load<u8>(at) & 3;
      const second = <u32>load<u8>(at, 1);
      const short = second & 0x7f;
      at += headerLength(second);
      const nonAscii = unmask(at, short, rules, load<u32>(at - 4));
      if (nonAscii && opcode == 1) {
        if (!enterText(entry, at, short, WHOLE | 1, rules)) {
          entry += L.ENTRY_BYTES;
          break;
        }
      } else writeEntry(entry, <u32>(at - L.INPUT), short, WHOLE | opcode, 0);
      at += short;
      continue;
    }

    if (current == 0) {
      // A header.
      if (end - at < 2) break;
      const first = <u32>load<u8>(at);
      const second = <u32>load<u8>(at, 1);
      violation = checkHeader(first, second, rules, fragmented);
      if (violation) break;
      const size = headerLength(second);
      if (end - at < size) break;
      const declared = payloadLength(at, second);
      violation = checkLength(declared, second, rules);
      if (violation) break;
      const isCut = declared > end - at - size;
      if (isCut && goesOn && at > L.INPUT && declared + size <= L.INPUT_BYTES) break;
      const opcode = first & 0x0f;
      if (opcode < 8) {
        messageLength += declared;
        if (messageLength > maxPayload) {
          violation = L.UNSUPPORTED_MESSAGE_LENGTH;
          break;
        }
        if (opcode) fragmented = opcode | (first & 0x40 ? L.FLAG_COMPRESSED : 0);
      }
      current = ((first >> 3) & L.FLAG_FIN) | L.FLAG_START;
      if (opcode > 7) current |= opcode;
      else current |= fragmented | (opcode ? L.FLAG_FIRST : 0);
      remaining = declared;
      at += size;
      key = load<u32>(at - 4);
    }

    // A payload, or the part of it that is here.
    const here = <u64>(end - at) < remaining ? end - at : <usize>remaining;
    const nonAscii = unmask(at, here, rules, key);
    let flags = current;
    remaining -= here;
    if (remaining) {
      key = rotate(key, here);
      current &= ~L.FLAG_START;
    } else {
      flags |= L.FLAG_END;
      if (current & L.FLAG_FIN && !(current & 8)) {
        fragmented = 0;
        messageLength = 0;
      }
      current = 0;
    }
    const isText = (flags & (L.FLAG_COMPRESSED | 0x0f)) == 1;
    if (nonAscii && isText && (flags & WHOLE) == WHOLE) {
      if (!enterText(entry, at, <u32>here, flags, rules)) {
        entry += L.ENTRY_BYTES;
        break;
      }
    } else {
      if (nonAscii && isText) flags |= L.FLAG_NON_ASCII;
      writeEntry(entry, <u32>(at - L.INPUT), <u32>here, flags, 0);
    }
    at += here;
  }
  if (violation) {
    writeEntry(entry, <u32>(at - L.INPUT), 0, L.FLAG_ERROR, violation);
    entry += L.ENTRY_BYTES;
  }

  store<u32>(L.STATE, key, L.KEY);
  store<f64>(L.STATE, <f64>remaining, L.REMAINING);
  store<u32>(L.STATE, current, L.CURRENT);
  store<u32>(L.STATE, fragmented, L.FRAGMENTED);
  store<f64>(L.STATE, <f64>messageLength, L.MESSAGE_LENGTH);
  store<u32>(L.STATE, <u32>(at - L.INPUT), L.USED);
  store<u32>(L.STATE, <u32>(utf16 - L.UTF16) >> 1, L.UTF16_USED);
  return <u32>((entry - L.TABLE) / L.ENTRY_BYTES);
}
