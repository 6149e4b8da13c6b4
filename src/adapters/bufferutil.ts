// `wsimd/bufferutil`: a drop-in for the package bufferutil on this codec's kernel, for ws and websocket-node through
// npm's `overrides`.

import { selectKernel } from '../kernel/select.ts';
import { readMaskingKey } from '../protocol/header.ts';

/**
 * Writes `length` bytes of `source` XOR the four-byte `mask` to `output` (mutated) at `offset`. As in bufferutil, the
 * sizes are not checked.
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

// For `require`.
export { bufferutil as default, bufferutil as 'module.exports' };
