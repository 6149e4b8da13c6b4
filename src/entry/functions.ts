// The kernel's functions without a codec. The entries supply the kernel.

import { rotateKey } from '../kernel/js-mask.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** XORs `source` into `output` at `offset`; they may overlap. Returns the key for the next bytes. */
export function maskInto(
  kernel: Kernel,
  source: Uint8Array,
  maskingKey: number,
  output: Uint8Array,
  offset: number,
): number {
  if (!Number.isInteger(offset) || offset < 0 || offset + source.length > output.length) {
    throw new RangeError(
      `${source.length} bytes do not fit into ${output.length} bytes at offset ${offset}`,
    );
  }
  const isShifted =
    source.buffer === output.buffer && source.byteOffset !== output.byteOffset + offset;
  const bytes = isShifted ? new Uint8Array(source) : source;
  kernel.mask(bytes, maskingKey | 0, output, offset, bytes.length);
  return rotateKey(maskingKey | 0, bytes.length) >>> 0;
}

/** XORs in place. Returns the key for the next bytes. */
export function unmaskInPlace(kernel: Kernel, payload: Uint8Array, maskingKey: number): number {
  kernel.mask(payload, maskingKey | 0, payload, 0, payload.length);
  return rotateKey(maskingKey | 0, payload.length) >>> 0;
}
