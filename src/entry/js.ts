// The exports of `wsimd/js`: the codec on the JavaScript kernel, without WebAssembly in the bundle.

import { BatchWriterCore, type WriterOptions } from '../codec/batch-writer.ts';
import { type BytesLike, toBytes } from '../codec/bytes.ts';
import { DecoderCore } from '../codec/decoder.ts';
import { EncoderCore } from '../codec/encoder.ts';
import type { DecoderOptions, Delivery, Handlers } from '../codec/options.ts';
import { createJsKernel } from '../kernel/js.ts';
import type { Backend, Kernel } from '../kernel/kernel.ts';
import type { ModuleSource } from '../kernel/module-source.ts';
import { maskInto, unmaskInPlace } from './functions.ts';

/** As in `wsimd`; the backend can only be `'js'`. */
export interface EncoderOptions extends WriterOptions {
  backend?: 'js';
}

let kernel: Kernel | undefined;

function jsKernel(requested?: Backend): Kernel {
  if (requested !== undefined && requested !== 'js') {
    throw new TypeError(`the backend of wsimd/js must be "js", got ${JSON.stringify(requested)}`);
  }
  kernel ??= createJsKernel();
  return kernel;
}

/** As in `wsimd`. */
export class Decoder<D extends Delivery = 'view'> extends DecoderCore<D> {
  constructor(options: DecoderOptions<D>, handlers?: Handlers<D>) {
    super(jsKernel(options.backend), options, handlers);
  }
}

/** As in `wsimd`. */
export class Encoder extends EncoderCore {
  constructor(options: EncoderOptions) {
    super(jsKernel(options.backend), options);
  }
}

/** As in `wsimd`. */
export class BatchWriter extends BatchWriterCore {
  constructor(options: EncoderOptions, whenQueued?: () => void) {
    super(jsKernel(options.backend), options, whenQueued);
  }
}

/** As in `wsimd`. */
export function mask(
  source: Uint8Array,
  maskingKey: number,
  output: Uint8Array = source,
  offset = 0,
): number {
  return maskInto(jsKernel(), source, maskingKey, output, offset);
}

/** As in `wsimd`. */
export function unmask(payload: Uint8Array, maskingKey: number): number {
  return unmaskInPlace(jsKernel(), payload, maskingKey);
}

/** As in `wsimd`. */
export function isValidUTF8(bytes: BytesLike): boolean {
  return jsKernel().isValidUtf8(toBytes(bytes));
}

/** Always `'js'`. */
export function backend(): Backend {
  return jsKernel().backend;
}

/** Resolves at once: nothing is compiled. */
export async function ready(source?: ModuleSource): Promise<Backend> {
  // Not used: its rejection must not fail the call.
  Promise.resolve(source).catch(() => {});
  return backend();
}
