// UTF-8 (RFC 6455 §8.1, RFC 3629): validation by the lookup method of Keiser and Lemire, "Validating
// UTF-8 In Less Than One Instruction Per Byte" (2021), and transcoding to UTF-16.
//
// The state of a split text is its `pending` bytes: the up to three bytes of a character begun and
// not finished, right-aligned in a u32 as they lie in memory just before the text that follows.

import { firstLanes, zero } from './lanes';
import { COMPRESS } from './layout';
import { gather } from './mask';

/** What `validate` returns for text that cannot become valid whatever follows. */
export const INVALID: u32 = 0xffffffff;

// Each table row holds, for a nibble, the set of errors the pair of bytes could still be, one bit an
// error; the AND of the three rows leaves those that are.
//   0x01 too short      lead, then no continuation      0x02 too long      ASCII, then continuation
//   0x04 overlong 3     E0 80..9F                       0x08 too large     F4 90.. and above
//   0x10 surrogate      ED A0..BF                       0x20 overlong 2    C0, C1
//   0x40 too large 1000 F5.. with 80..8F (and overlong 4: F0 80..8F)
//   0x80 two continuations: right only where the byte two or three back announced them
const LOOKUP: usize = memory.data<u8>(
  [
    // high nibble of the first byte
    0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x80, 0x80, 0x80, 0x80, 0x21, 0x01, 0x15, 0x49,
    // low nibble of the first byte
    0xe7, 0xa3, 0x83, 0x83, 0x8b, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xdb, 0xcb, 0xcb,
    // high nibble of the second byte
    0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0xe6, 0xae, 0xba, 0xba, 0x01, 0x01, 0x01, 0x01,
    // the largest last three bytes that do not announce a byte behind the block
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xef, 0xdf, 0xbf,
  ],
  16,
);

/**
 * The errors in the 16 bytes `block`, given the same bytes one, two and three back. Nonzero lanes are
 * errors. The callers load those afresh from memory: on Node 20 that is 1.6 times as fast as shuffles.
 */
// @ts-ignore: decorator
@inline
function errors(block: v128, back1: v128, back2: v128, back3: v128): v128 {
  const nibble = i8x16.splat(0x0f);
  const pairs = v128.and(
    v128.and(
      i8x16.swizzle(v128.load(LOOKUP), v128.and(i16x8.shr_u(back1, 4), nibble)),
      i8x16.swizzle(v128.load(LOOKUP, 16), v128.and(back1, nibble)),
    ),
    i8x16.swizzle(v128.load(LOOKUP, 32), v128.and(i16x8.shr_u(block, 4), nibble)),
  );
  // A byte must be the second continuation in a row where a lead E0.. stands two back or F0.. three.
  const announced = v128.or(
    i8x16.sub_sat_u(back2, i8x16.splat(0x60)),
    i8x16.sub_sat_u(back3, i8x16.splat(0x70)),
  );
  return v128.xor(v128.and(announced, i8x16.splat(-128)), pairs);
}

// @ts-ignore: decorator
@inline
function errorsAt(at: usize): v128 {
  return errors(v128.load(at), v128.load(at - 1), v128.load(at - 2), v128.load(at - 3));
}

/** Nonzero where the 16 bytes `block` end inside a character. */
// @ts-ignore: decorator
@inline
function unfinished(block: v128): v128 {
  return i8x16.sub_sat_u(block, v128.load(LOOKUP, 48));
}

/** The last `length` (1 to 15) bytes, with zeros behind them. */
// @ts-ignore: decorator
@inline
function errorsInRest(at: usize, length: usize): v128 {
  const lanes = firstLanes(length);
  return errors(
    v128.and(v128.load(at), lanes),
    v128.and(v128.load(at - 1), lanes),
    v128.and(v128.load(at - 2), lanes),
    v128.and(v128.load(at - 3), lanes),
  );
}

/** All errors of `[at, at + length)` but that of a last character cut off. Reads 16 bytes back. */
function findErrors(at: usize, length: usize): bool {
  const end32 = at + (length & ~31);
  const rest = length & 15;
  let found = zero();
  let open = unfinished(v128.load(at - 16));
  for (; at < end32; at += 32) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    if (i8x16.bitmask(v128.or(a, b)) == 0) {
      found = v128.or(found, open);
      open = zero();
    } else {
      found = v128.or(found, v128.or(errorsAt(at), errorsAt(at + 16)));
      open = unfinished(b);
    }
  }
  if (length & 16) {
    found = v128.or(found, errorsAt(at));
    at += 16;
  }
  if (rest) found = v128.or(found, errorsInRest(at, rest));
  return v128.any_true(found);
}

/** The pending bytes behind a text whose last four bytes are `last` (the latest in the high byte). */
function pendingOf(last: u32): u32 {
  const c = last >> 24;
  if (c < 0x80) return 0;
  if (c >= 0xc0) return c < 0xc2 || c > 0xf4 ? INVALID : c << 24;
  const b = (last >> 16) & 0xff;
  if (b >= 0xe0) return last & 0xffff0000;
  if (b >= 0xc0) return 0;
  return ((last >> 8) & 0xff) >= 0xf0 ? last & 0xffffff00 : 0;
}

/**
 * Validates `[at, at + length)` as the continuation of a text that left `pending` bytes. Returns the
 * bytes pending behind it (0: whole characters), or INVALID. The four bytes before `at` are used and
 * put back.
 */
export function validate(at: usize, length: usize, pending: u32): u32 {
  if (length == 0) return pending;
  if (pending == 0 && i8x16.bitmask(gather(at, length)) == 0) return 0;
  const before = load<u32>(at - 4);
  store<u32>(at - 4, pending);
  const bad = findErrors(at, length);
  const left = pendingOf(load<u32>(at + length - 4));
  store<u32>(at - 4, before);
  return bad ? INVALID : left;
}

// Entry m of COMPRESS moves those of eight 16-bit lanes whose bit is set in m to the front. It is made when
// the module is instantiated: 4 KiB that need not be shipped.
for (let mask: usize = 0; mask < 256; mask++) {
  let to = COMPRESS + (mask << 4);
  for (let lane: usize = 0; lane < 8; lane++) {
    if ((mask >> lane) & 1) {
      store<u16>(to, <u16>(0x0100 + lane * 0x0202));
      to += 2;
    }
  }
}

/** Writes the UTF-16 units of the eight bytes `a` that `leads` marks, given the bytes one and two further on. */
// @ts-ignore: decorator
@inline
function transcodeEight(to: usize, a: v128, b: v128, c: v128, leads: u32): usize {
  const low6 = i16x8.splat(0x3f);
  const second = v128.and(b, low6);
  const two = v128.or(v128.and(i16x8.shl(a, 6), i16x8.splat(0x7c0)), second);
  const three = v128.or(v128.or(i16x8.shl(a, 12), i16x8.shl(second, 6)), v128.and(c, low6));
  const oneOrTwo = v128.bitselect(two, a, i16x8.ge_u(a, i16x8.splat(0xc0)));
  const units = v128.bitselect(three, oneOrTwo, i16x8.ge_u(a, i16x8.splat(0xe0)));
  v128.store(to, i8x16.swizzle(units, v128.load(COMPRESS + (<usize>leads << 4))));
  return to + (<usize>popcnt(leads) << 1);
}

/** Writes the UTF-16 of the character at `at`, of any length. */
function transcodeOne(to: usize, at: usize): usize {
  const a = <u32>load<u8>(at);
  const b = <u32>load<u8>(at, 1) & 0x3f;
  const c = <u32>load<u8>(at, 2) & 0x3f;
  if (a < 0x80) store<u16>(to, a);
  else if (a < 0xe0) store<u16>(to, ((a & 0x1f) << 6) | b);
  else if (a < 0xf0) store<u16>(to, ((a & 0x0f) << 12) | (b << 6) | c);
  else {
    const point = (((a & 7) << 18) | (b << 12) | (c << 6) | (<u32>load<u8>(at, 3) & 0x3f)) - 0x10000;
    store<u32>(to, (0xd800 | (point >> 10)) | ((0xdc00 | (point & 0x3ff)) << 16));
    return to + 4;
  }
  return to + 2;
}

/**
 * Transcodes the valid UTF-8 `[at, at + length)` to UTF-16 at `to` and returns the end of what it wrote.
 * Reads up to 18 bytes behind its text and writes up to 32 behind its own.
 */
export function transcode(to: usize, at: usize, length: usize): usize {
  const end = at + length;
  for (; at < end; at += 16) {
    const block = v128.load(at);
    const here: u32 = end - at < 16 ? (1 << <u32>(end - at)) - 1 : 0xffff;
    // Every byte that is no continuation begins a character; those of four bytes are rare.
    let leads = <u32>i8x16.bitmask(i8x16.gt_s(block, i8x16.splat(-65))) & here;
    if (leads == 0xffff && i8x16.bitmask(block) == 0) {
      v128.store(to, i16x8.extend_low_i8x16_u(block));
      v128.store(to, i16x8.extend_high_i8x16_u(block), 16);
      to += 32;
    } else if (i8x16.bitmask(i8x16.ge_u(block, i8x16.splat(-16))) & here) {
      for (; leads; leads &= leads - 1) to = transcodeOne(to, at + <usize>ctz(leads));
    } else {
      const b = v128.load(at, 1);
      const c = v128.load(at, 2);
      to = transcodeEight(
        to,
        i16x8.extend_low_i8x16_u(block),
        i16x8.extend_low_i8x16_u(b),
        i16x8.extend_low_i8x16_u(c),
        leads & 0xff,
      );
      to = transcodeEight(
        to,
        i16x8.extend_high_i8x16_u(block),
        i16x8.extend_high_i8x16_u(b),
        i16x8.extend_high_i8x16_u(c),
        leads >> 8,
      );
    }
  }
  return to;
}
