// What a decoder can be told, what it tells, and the check of both.

import type { Backend } from '../kernel/kernel.ts';
import { MODE_PARTS, MODE_SKIP_UTF8, MODE_STRINGS } from '../kernel/modes.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { RULE_LONG_LENGTHS, RULE_RSV1, RULE_SERVER } from '../protocol/header-rules.ts';
import { DEFAULT_MAX_PAYLOAD, defaultMaxBufferedBytes } from '../protocol/limits.ts';
import type { Role } from '../protocol/role.ts';

/**
 * How messages are handed over.
 *
 * - `'view'`: a view of the chunk the message came in (a message of several chunks has memory of its own).
 *   The chunk is kept and, by a server, *mutated in place*: do not touch it after `write()`.
 * - `'copy'`: memory of its own, nothing else in its `buffer`.
 * - `'string'`: text as a string; binary as with `'copy'`. A short string can keep 4 KiB alive.
 * - `'borrowed'`: `bytes`, `start` and `end` of memory that is overwritten when the handler returns.
 *
 * With all but `'view'` the chunk is only *borrowed* until `write()` returns, and never mutated. A handler that
 * detaches or resizes the memory of a chunk ends the stream where more of it must be read
 * (`WS_ERR_DETACHED_CHUNK`). Shared memory is copied before it is checked.
 */
export type Delivery = 'view' | 'copy' | 'string' | 'borrowed';

/** What a message handler gets with a given delivery. */
export type Payload<D extends Delivery> = D extends 'string' ? string | Uint8Array : Uint8Array;

/**
 * Undoes what an extension did to a message (RSV1 on its first frame), e.g. inflates it. Borrows the
 * payload until it returns or its promise is settled. Messages wait for it in order.
 */
export type Transform = (
  payload: Uint8Array,
  isBinary: boolean,
) => Uint8Array | PromiseLike<Uint8Array>;

/** Options of a decoder. Where the object is frozen, all decoders made with it share what it is turned into. */
export interface DecoderOptions<D extends Delivery = Delivery> {
  /** Which end this is: a `'server'` reads masked frames, a `'client'` unmasked ones (§5.1). */
  role: Role;
  /** Default `'view'`. */
  delivery?: D;
  /** Bytes a message may have, by its headers, before any is kept. Default 16 MiB; Infinity for no limit. */
  maxPayload?: number;
  /**
   * Bytes of memory this decoder may hold for what it cannot deliver yet: an unfinished message with the
   * overhead of its pieces, chunks written while it is paused. Default: twice maxPayload and 128 KiB.
   */
  maxBufferedBytes?: number;
  /** Frames a message may have. Default 0, for no limit: maxBufferedBytes counts what they cost. */
  maxFragments?: number;
  /** Chunks a frame may arrive in. Default 0, for no limit: maxBufferedBytes counts what they cost. */
  maxBufferedChunks?: number;
  /** Hand over text and close reasons unchecked. Default false. */
  skipUtf8Validation?: boolean;
  /** Accept payload lengths not in their shortest form, which §5.2 forbids and ws accepts. Default false. */
  allowLongLengths?: boolean;
  /** An extension that uses RSV1 was negotiated, as permessage-deflate. Default false. */
  rsv1?: boolean;
  /** What that extension does with messages that have RSV1. Needed with `rsv1`, unless `unit` is frame. */
  transform?: Transform;
  /** Leave chunks as they came even with `'view'`: for taps and proxies. Default false. */
  preserve?: boolean;
  /**
   * Hand over messages that arrive in pieces piece by piece, to the `part` handler. Default false. Not with
   * `unit: 'frame'`, which hands over whole frames.
   */
  partial?: boolean;
  /** Hand over whole frames, control frames too, to the `frame` handler instead. Default `'message'`. */
  unit?: 'message' | 'frame';
  /** Insist on a kernel. Default: `WSIMD_BACKEND`, then the fastest to be had. */
  backend?: Backend;
}

/** A frame, as the `frame` handler gets it. */
export interface FrameInfo {
  fin: boolean;
  rsv1: boolean;
  /** As on the wire: 0 for a continuation. */
  opcode: number;
}

/**
 * What a decoder calls, synchronously, in the order of the stream; with all handlers absent it still
 * checks the stream. A handler may throw: the exception leaves `write()`, and what is left of the chunk
 * waits for the next `write()` or `resume()`. A handler may write, pause, stop or send as it likes.
 */
export interface Handlers<D extends Delivery = Delivery> {
  /** A whole message. `start` and `end` are given with `'borrowed'` only. */
  message?(data: Payload<D>, isBinary: boolean, start: number, end: number): void;
  /** A piece of a message (option `partial`); borrowed with `'borrowed'`. As strings, text is cut between characters. */
  part?(data: Payload<D>, isBinary: boolean, isLast: boolean): void;
  /** A whole frame (option `unit: 'frame'`); its payload is as with `'view'` or `'copy'`. */
  frame?(payload: Uint8Array, frame: FrameInfo): void;
  /** §5.5.2; answer with a pong of the same payload. The payload is a copy in memory of its own. */
  ping?(payload: Uint8Array): void;
  /** §5.5.3. The payload is a copy. */
  pong?(payload: Uint8Array): void;
  /**
   * §5.5.1; 1005 where it came without a code. No message follows. `bytes` are the reason as it came, a copy.
   */
  close?(code: number, reason: string, bytes: Uint8Array): void;
  /** The stream is broken; nothing follows. Without this handler `write()` throws the error. */
  error?(error: ProtocolError): void;
  /** After a pause or a transform: all that was held back is delivered, `write()` again. */
  drain?(): void;
}

/** The options, checked and complete. */
export interface Settings {
  role: Role;
  rules: number;
  delivery: Delivery;
  maxPayload: number;
  maxBufferedBytes: number;
  maxFragments: number;
  maxBufferedChunks: number;
  transform: Transform | undefined;
  preserve: boolean;
  partial: boolean;
  frames: boolean;
}

const DELIVERIES: readonly unknown[] = ['view', 'copy', 'string', 'borrowed'];

/** Of frozen options: they are settled once, for all decoders that share them. */
const settled = new WeakMap<DecoderOptions, Settings>();

/** Checks and completes the options. Throws a TypeError or RangeError that names the option. */
export function readOptions(options: DecoderOptions): Settings {
  const known = settled.get(options);
  if (known !== undefined) return known;
  const settings = check(options);
  if (Object.isFrozen(options)) settled.set(options, settings);
  return settings;
}

function check(options: DecoderOptions): Settings {
  const { role, delivery = 'view', maxPayload = DEFAULT_MAX_PAYLOAD } = options;
  const frames = oneOf('unit', options.unit ?? 'message', ['message', 'frame']) === 'frame';
  oneOf('role', role, ['server', 'client']);
  oneOf('delivery', delivery, DELIVERIES);
  if (frames && options.partial === true) {
    throw new TypeError(
      'option partial must not be set with unit: frame, which hands over whole frames',
    );
  }
  const rsv1 = options.rsv1 === true;
  if (rsv1 && !frames && typeof options.transform !== 'function') {
    throw new TypeError('option rsv1 needs a transform, or unit: frame');
  }
  const limit = size('maxPayload', maxPayload);
  const byDefault = defaultMaxBufferedBytes(limit);
  return {
    role,
    rules:
      (role === 'server' ? RULE_SERVER : 0) |
      (options.skipUtf8Validation ? MODE_SKIP_UTF8 : 0) |
      (delivery === 'string' && !frames ? MODE_STRINGS : 0) |
      (rsv1 ? RULE_RSV1 : 0) |
      (options.allowLongLengths ? RULE_LONG_LENGTHS : 0) |
      (options.partial === true ? MODE_PARTS : 0),
    delivery,
    maxPayload: limit,
    maxBufferedBytes: size('maxBufferedBytes', options.maxBufferedBytes ?? byDefault),
    maxFragments: count('maxFragments', options.maxFragments),
    maxBufferedChunks: count('maxBufferedChunks', options.maxBufferedChunks),
    transform: options.transform,
    preserve: options.preserve === true,
    partial: options.partial === true,
    frames,
  };
}

function oneOf(name: string, value: unknown, allowed: readonly unknown[]): unknown {
  if (allowed.includes(value)) return value;
  throw new TypeError(`option ${name} must be one of ${allowed.join(', ')}, not ${String(value)}`);
}

/** A limit in pieces: 0, or nothing, for none. */
function count(name: string, value: unknown): number {
  if (value === undefined || value === 0) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(value) && (value as number) > 0) return value as number;
  throw new RangeError(`option ${name} must be a non-negative integer, not ${String(value)}`);
}

function size(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new RangeError(`option ${name} must be a number of bytes, not ${String(value)}`);
  }
  return Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER);
}
