// What every page, worker and program here does: decodes, and tells which backend did.

import { backend, Decoder, ready } from 'wsimd';

/** "Hello" of RFC 6455 §5.7, masked. */
const HELLO = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];

/** `source` as `ready()` takes it. */
export async function decode(source) {
  const first = source === undefined ? backend() : 'not asked';
  const later = await ready(source);
  const decoder = new Decoder({ role: 'server', delivery: 'string' });
  // A run of them, which is the kernel's to scan; one alone is read in JavaScript.
  const messages = decoder.decode(Uint8Array.from(Array(50).fill(HELLO).flat()));
  const texts = messages.map(({ data }) => data);
  return { first, later, decoder: decoder.backend, count: texts.length, text: texts[49] };
}
