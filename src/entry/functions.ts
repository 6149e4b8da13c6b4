// The kernel's bare functions, for whoever needs no decoder: bound to a choice of kernel by the entries.

import { type BytesLike, toBytes } from '../codec/bytes.ts';
import { rotateKey } from '../kernel/js-mask.ts';
import type { Backend, Kernel } from '../kernel/kernel.ts';

/** What the entries export beside the classes. */
export interface BareFunctions {
  mask(source: Uint8Array, maskingKey: number, output?: Uint8Array, offset?: number): number;
  unmask(payload: Uint8Array, maskingKey: number): number;
  isValidUTF8(bytes: BytesLike): boolean;
  backend(): Backend;
}

/** Binds the functions to a choice of kernel, made at the first call. */
export function bareFunctions(select: () => Kernel): BareFunctions {
  return {
    mask(source, maskingKey, output = source, offset = 0) {
      if (!Number.isInteger(offset) || offset < 0 || offset + source.length > output.length) {
        throw new RangeError(`${source.length} bytes do not fit at offset ${offset}`);
      }
      const isShifted =
        source.buffer === output.buffer && source.byteOffset !== output.byteOffset + offset;
      const bytes = isShifted ? new Uint8Array(source) : source;
      select().mask(bytes, maskingKey | 0, output, offset, bytes.length);
      return rotateKey(maskingKey | 0, bytes.length) >>> 0;
    },
    unmask(payload, maskingKey) {
      select().mask(payload, maskingKey | 0, payload, 0, payload.length);
      return rotateKey(maskingKey | 0, payload.length) >>> 0;
    },
    isValidUTF8: (bytes) => select().isValidUtf8(toBytes(bytes)),
    backend: () => select().backend,
  };
}
