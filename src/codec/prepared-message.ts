// A message encoded once and sent to many.

import { allocate, utf8Length, viewOf, writeUtf8 } from '../kernel/platform.ts';
import { sizeOfHeader, writeLength } from '../protocol/header.ts';
import { BINARY, TEXT } from '../protocol/opcodes.ts';
import { type BytesLike, toBytes } from './bytes.ts';
import { sharedSlab } from './slab.ts';

/**
 * Short messages prepared one after another lie together, so that they leave as one segment. The blocks are small:
 * a program that keeps one message keeps its block.
 */
const slab = sharedSlab(2048);
const SLAB_LIMIT = 512;

/** Options of {@link prepare}. */
export interface PrepareOptions {
  /** Whether the message is binary. Default: bytes are, a string is not. */
  binary?: boolean;
  /** The payload went through an extension that uses RSV1. Default false. */
  rsv1?: boolean;
}

/** On every prepared message: its format. A program may hold several copies of wsimd, whose classes differ. */
const PREPARED: unique symbol = Symbol.for('wsimd.prepared') as never;

/** Changes when a field that other copies read does: `block`, `start`, `end`, `first`, `isBinary`, `payload`. */
const FORMAT = 1;

/** A message that any number of batch writers may send. Made by {@link prepare}. */
export class PreparedMessage {
  /** @internal */
  declare readonly [PREPARED]: number;
  /** @internal The frame is `block[start, end)`: frames prepared one after another lie together. */
  readonly block: Uint8Array;
  /** @internal */
  readonly start: number;
  /** @internal */
  readonly end: number;
  private readonly payloadAt: number;

  /** @internal */
  constructor(block: Uint8Array, start: number, payloadAt: number, end: number) {
    this.block = block;
    this.start = start;
    this.payloadAt = payloadAt;
    this.end = end;
    this[PREPARED] = FORMAT;
  }

  /** The frame as a server sends it: a view, not to be changed. */
  get frame(): Uint8Array {
    return this.view(this.start);
  }

  /** Its payload: a view, not to be changed. */
  get payload(): Uint8Array {
    return this.view(this.payloadAt);
  }

  get isBinary(): boolean {
    return (this.first & 0x0f) === BINARY;
  }

  /** @internal The first byte of the header. */
  get first(): number {
    return this.block[this.start];
  }

  private view(from: number): Uint8Array {
    return viewOf(this.block, from, this.end);
  }
}

/** Whether `prepare` of any copy of wsimd made it. Throws a TypeError on a format that this copy does not know. */
export function isPrepared(value: unknown): value is PreparedMessage {
  if (typeof value !== 'object' || value === null) return false;
  const format = (value as Partial<PreparedMessage>)[PREPARED];
  if (format === undefined) return false;
  if (format === FORMAT) return true;
  throw new TypeError(
    `the message was prepared by another version of wsimd: its format is ${String(format)}, this version sends ${FORMAT}`,
  );
}

/** Encodes a message to be sent many times; the data is copied. Bytes sent as text are not checked. */
export function prepare(data: string | BytesLike, options?: PrepareOptions): PreparedMessage {
  const source = typeof data === 'string' ? data : toBytes(data);
  const isBinary = options?.binary ?? typeof source !== 'string';
  const first = 0x80 | (options?.rsv1 === true ? 0x40 : 0) | (isBinary ? BINARY : TEXT);
  const length = typeof source === 'string' ? utf8Length(source) : source.length;
  const size = sizeOfHeader(length, false) + length;
  const inSlab = size <= SLAB_LIMIT;
  const start = inSlab ? slab.reserve(size) : 0;
  const block = inSlab ? slab.block : allocate(size);
  const payloadAt = writeLength(block, start, first, 0, length);
  if (typeof source === 'string')
    writeUtf8(viewOf(block, 0, payloadAt + length), source, payloadAt);
  else block.set(source, payloadAt);
  if (inSlab) slab.commit(start + size);
  return new PreparedMessage(block, start, payloadAt, start + size);
}
