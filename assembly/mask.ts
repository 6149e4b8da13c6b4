// Masking, RFC 6455 §5.3: payload byte i is XORed with byte i mod 4 of the masking key.

import { firstLanes, zero } from './lanes';

/** Payloads from this size on are worth aligned stores: a fifth faster at 16 KiB (bench/receive). */
const ALIGN_FROM: usize = 2048;

/**
 * XORs `[at, at + length)` with the key, in place, and returns the OR of all resulting bytes, folded
 * into 16 lanes: whoever needs to know whether text is ASCII has it for the price of one OR a vector.
 * The last step rewrites up to 15 bytes behind the end with the values they had.
 */
// @ts-ignore: decorator
@inline
export function xor(at: usize, length: usize, key: u32): v128 {
  let seen = zero();
  if (length >= ALIGN_FROM) {
    const head: usize = (16 - (at & 15)) & 15;
    const lanes = firstLanes(head);
    const a = v128.xor(v128.load(at), v128.and(i32x4.splat(key), lanes));
    v128.store(at, a);
    seen = v128.and(a, lanes);
    at += head;
    length -= head;
    key = rotate(key, head);
  }
  const keys = i32x4.splat(key);
  const end64 = at + (length & ~63);
  const end16 = at + (length & ~15);
  const rest = length & 15;
  for (; at < end64; at += 64) {
    const a = v128.xor(v128.load(at), keys);
    const b = v128.xor(v128.load(at, 16), keys);
    const c = v128.xor(v128.load(at, 32), keys);
    const d = v128.xor(v128.load(at, 48), keys);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
    seen = v128.or(seen, v128.or(v128.or(a, b), v128.or(c, d)));
  }
  for (; at < end16; at += 16) {
    const a = v128.xor(v128.load(at), keys);
    v128.store(at, a);
    seen = v128.or(seen, a);
  }
  if (rest) {
    const lanes = firstLanes(rest);
    const a = v128.xor(v128.load(at), v128.and(keys, lanes));
    v128.store(at, a);
    seen = v128.or(seen, v128.and(a, lanes));
  }
  return seen;
}

/** The OR of all bytes of `[at, at + length)`, folded into 16 lanes. */
// @ts-ignore: decorator
@inline
export function gather(at: usize, length: usize): v128 {
  const end64 = at + (length & ~63);
  const end16 = at + (length & ~15);
  const rest = length & 15;
  let seen = zero();
  for (; at < end64; at += 64) {
    const ab = v128.or(v128.load(at), v128.load(at, 16));
    const cd = v128.or(v128.load(at, 32), v128.load(at, 48));
    seen = v128.or(seen, v128.or(ab, cd));
  }
  for (; at < end16; at += 16) seen = v128.or(seen, v128.load(at));
  if (rest) seen = v128.or(seen, v128.and(v128.load(at), firstLanes(rest)));
  return seen;
}

/** The key as the byte `length` further on needs it. */
// @ts-ignore: decorator
@inline
export function rotate(key: u32, length: usize): u32 {
  return rotr<u32>(key, (<u32>length & 3) << 3);
}
