// `wsimd/bufferutil`: what the package bufferutil exports, on this codec's kernel. For ws and
// websocket-node through npm's `overrides`.

import { selectKernel } from '../kernel/select.ts';
import { readMaskingKey } from '../protocol/header.ts';

/**
 * Writes `length` bytes of `source` XOR the four-byte `mask` to `output` (mutated) from `offset` on. As in
 * bufferutil, the caller answers for the sizes.
 */
export function mask(
  source: Uint8Array,
  mask: Uint8Array,
  output: Uint8Array,
  offset: number,
  length: number,
): void {
  selectKernel().mask(source, readMaskingKey(mask, 0), output, offset, length);
}

/** XORs `buffer` with the four-byte `mask`, in place. */
export function unmask(buffer: Uint8Array, mask: Uint8Array): void {
  selectKernel().mask(buffer, readMaskingKey(mask, 0), buffer, 0, buffer.length);
}

const bufferutil = { mask, unmask };

// What `require` gives.
export { bufferutil as default, bufferutil as 'module.exports' };
