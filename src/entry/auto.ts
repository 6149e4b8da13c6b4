// The exports of `wsimd`: the codec on the fastest available kernel.

import { BatchWriterCore, type WriterOptions } from '../codec/batch-writer.ts';
import { type BytesLike, toBytes } from '../codec/bytes.ts';
import { DecoderCore } from '../codec/decoder.ts';
import { EncoderCore } from '../codec/encoder.ts';
import type { DecoderOptions, Delivery, Handlers } from '../codec/options.ts';
import type { Backend } from '../kernel/kernel.ts';
import { selectKernel } from '../kernel/select.ts';
import { maskInto, unmaskInPlace } from './functions.ts';

/** Options of an encoder and of a batch writer. */
export interface EncoderOptions extends WriterOptions {
  /** Requires a kernel. Default: `WSIMD_BACKEND`, else the fastest available one. */
  backend?: Backend;
}

/** Bytes of a WebSocket stream in, messages out. One for each connection and direction. */
export class Decoder<D extends Delivery = 'view'> extends DecoderCore<D> {
  /** Throws a TypeError or RangeError that names the invalid option. */
  constructor(options: DecoderOptions<D>, handlers?: Handlers<D>) {
    super(selectKernel(options.backend), options, handlers);
  }
}

/** Messages in, frames out, one at a time. It has no state: one serves any number of connections. */
export class Encoder extends EncoderCore {
  constructor(options: EncoderOptions) {
    super(selectKernel(options.backend), options);
  }
}

/** Messages in, the frames of one tick out in few writes. One for each connection. */
export class BatchWriter extends BatchWriterCore {
  /** `whenQueued` is called when the empty queue gets its first frame: the time to schedule a `take()`. */
  constructor(options: EncoderOptions, whenQueued?: () => void) {
    super(selectKernel(options.backend), options, whenQueued);
  }
}

/**
 * XORs `source` with the masking key (§5.3; four bytes as one little-endian number) into `output` at
 * `offset`, by default in place. Returns the key for the next bytes of a stream. Throws a RangeError if the output is
 * too small.
 */
export function mask(
  source: Uint8Array,
  maskingKey: number,
  output: Uint8Array = source,
  offset = 0,
): number {
  return maskInto(selectKernel(), source, maskingKey, output, offset);
}

/** As {@link mask}, in place. */
export function unmask(payload: Uint8Array, maskingKey: number): number {
  return unmaskInPlace(selectKernel(), payload, maskingKey);
}

/** Whether the bytes are UTF-8 (RFC 3629). Borrows them. */
export function isValidUTF8(bytes: BytesLike): boolean {
  return selectKernel().isValidUtf8(toBytes(bytes));
}

/** The kernel that runs if no option selects one. */
export function backend(): Backend {
  return selectKernel().backend;
}
