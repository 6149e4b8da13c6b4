// The exports: the ABI between the module and src/kernel/wasm.ts, which reads every address from here.

import { writeHeader } from './header';
import { xor } from './mask';

export {
  ENTRY_BYTES,
  INPUT,
  INPUT_BYTES,
  SCRATCH,
  SCRATCH_BYTES,
  STAGING,
  STAGING_BYTES,
  STATE,
  TABLE,
  TABLE_ENTRIES,
  UTF16,
} from './layout';
export { scan } from './scan';
export { transcode, validate } from './utf8';

/** XORs `[at, at + length)` with the key in place. Returns whether the result has a byte above 0x7F. */
export function mask(at: usize, length: usize, key: u32): bool {
  return i8x16.bitmask(xor(at, length, key)) != 0;
}

/**
 * Finishes a masked frame whose payload lies `headerLength` behind `at`: writes the header, masks the
 * payload, and returns the end of the frame.
 */
export function seal(at: usize, first: u32, length: u32, key: u32): usize {
  const payload = at + writeHeader(at, first, 0x80, length, key);
  xor(payload, length, key);
  return payload + length;
}
