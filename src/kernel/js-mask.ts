// Masking without WebAssembly, RFC 6455 §5.3: bytes for short payloads, 32-bit words for long ones.

/** A word's low byte is its first, as the kernels assume: so on every platform of note. */
const isLittleEndian = new Uint8Array(new Int32Array([1]).buffer)[0] === 1;

/** Payloads from this size on are XORed by words where there is a view of them; bench/receive, js backend. */
export const WORDS_FROM = isLittleEndian ? 32 : Number.POSITIVE_INFINITY;
/** Payloads from this size on pay for a view of their own. */
const VIEW_FROM = isLittleEndian ? 256 : Number.POSITIVE_INFINITY;

/** A 32-bit view of an array of bytes: `words[i]` covers the bytes from `4 * i + shift`. */
export interface Words {
  words: Int32Array;
  shift: number;
}

/** The words that lie wholly within `bytes`. */
export function wordsOf(bytes: Uint8Array): Words {
  const shift = -bytes.byteOffset & 3;
  const count = Math.max(0, (bytes.length - shift) >> 2);
  const begin = count === 0 ? 0 : bytes.byteOffset + shift;
  return { words: new Int32Array(bytes.buffer, begin, count), shift };
}

/** As {@link xor}, for one payload, in the fastest way for its size. */
export function xorOnce(bytes: Uint8Array, from: number, to: number, key: number): number {
  return xor(bytes, from, to, key, to - from < VIEW_FROM ? null : wordsOf(bytes));
}

/**
 * XORs `bytes[from, to)` with the key, in place. Returns nonzero where the result has a byte above 0x7F.
 * With `view` null it goes byte by byte.
 */
export function xor(
  bytes: Uint8Array,
  from: number,
  to: number,
  key: number,
  view: Words | null,
): number {
  if (view === null) return xorBytes(bytes, from, to, key);
  const { words, shift } = view;
  const firstWord = (from - shift + 3) >> 2;
  const endWord = (to - shift) >> 2;
  const firstByte = firstWord * 4 + shift;
  const endByte = endWord * 4 + shift;
  let seen = xorBytes(bytes, from, firstByte, key);
  seen |= xorWords(words, firstWord, endWord, rotateKey(key, firstByte - from));
  return seen | xorBytes(bytes, endByte, to, rotateKey(key, endByte - from));
}

function xorBytes(bytes: Uint8Array, from: number, to: number, key: number): number {
  const k0 = key & 0xff;
  const k1 = (key >> 8) & 0xff;
  const k2 = (key >> 16) & 0xff;
  const k3 = key >>> 24;
  let seen = 0;
  let at = from;
  for (const end = to - 3; at < end; at += 4) {
    seen |= bytes[at] ^= k0;
    seen |= bytes[at + 1] ^= k1;
    seen |= bytes[at + 2] ^= k2;
    seen |= bytes[at + 3] ^= k3;
  }
  if (at < to) seen |= bytes[at++] ^= k0;
  if (at < to) seen |= bytes[at++] ^= k1;
  if (at < to) seen |= bytes[at] ^= k2;
  return seen & 0x80;
}

function xorWords(words: Int32Array, from: number, to: number, key: number): number {
  let seen = 0;
  let at = from;
  for (const end = to - 7; at < end; at += 8) {
    seen |= words[at] ^= key;
    seen |= words[at + 1] ^= key;
    seen |= words[at + 2] ^= key;
    seen |= words[at + 3] ^= key;
    seen |= words[at + 4] ^= key;
    seen |= words[at + 5] ^= key;
    seen |= words[at + 6] ^= key;
    seen |= words[at + 7] ^= key;
  }
  for (; at < to; at++) seen |= words[at] ^= key;
  return seen & 0x80808080;
}

/** Nonzero where `bytes[from, to)` has a byte above 0x7F. */
export function hasNonAscii(
  bytes: Uint8Array,
  from: number,
  to: number,
  view: Words | null,
): number {
  let seen = 0;
  let at = from;
  if (view !== null) {
    const { words, shift } = view;
    const firstWord = (from - shift + 3) >> 2;
    const endWord = (to - shift) >> 2;
    for (const end = firstWord * 4 + shift; at < end; at++) seen |= bytes[at];
    for (let word = firstWord; word < endWord; word++) seen |= words[word];
    at = endWord * 4 + shift;
  }
  for (; at < to; at++) seen |= bytes[at];
  return seen & 0x80808080;
}

/** The key as the byte `length` further on needs it. */
export function rotateKey(key: number, length: number): number {
  const bits = (length & 3) << 3;
  return (key >>> bits) | (key << (32 - bits));
}
