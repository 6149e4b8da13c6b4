// The options of a connection over a stream, and their checks.

import type { DecoderOptions } from '../codec/options.ts';
import { DEFAULT_MAX_HEAD_BYTES } from '../handshake/http-head.ts';
import { type HandshakeRequest, parseUrl } from '../handshake/request.ts';
import type { Refusal } from '../handshake/response.ts';
import { assertSubprotocols } from '../handshake/subprotocol.ts';
import { type HeartbeatOptions, milliseconds } from './heartbeat.ts';
import type { DecoderStreamOptions } from './message-streams.ts';

/** Any pair of byte streams, such as a socket, a channel or a tunnel. */
export interface ByteTransport {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

/** Throws a TypeError if either stream is locked. */
export function assertFree({ readable, writable }: ByteTransport): void {
  if (readable.locked || writable.locked)
    throw new TypeError('both streams of the transport must be unlocked');
}

/** Options of both roles. Limits are those of a Decoder. */
export interface CommonOptions extends Omit<DecoderStreamOptions, 'role'> {
  /**
   * Client: the subprotocols to offer, in order of preference. Server: those it supports; it selects the first one
   * the client offers that is among them.
   */
  protocols?: readonly string[];
  /** Sends pings after silence, and fails the connection if they are not answered. Default: none. */
  heartbeat?: HeartbeatOptions;
  /** Timeout of the opening handshake in milliseconds. Default 10,000. */
  handshakeTimeout?: number;
  /**
   * Timeout in milliseconds for the peer to answer the close frame, and for the transport to end. Default 10,000.
   * Restarts when queued messages have been read: the answer may be behind them.
   */
  closeTimeout?: number;
  /**
   * Bytes the peer may send before the first frame: the head of its request, or of its response with all interim
   * responses (1xx) before it. Default 16 KiB.
   */
  maxHeadBytes?: number;
  /** Aborts the connection at once, also during the opening handshake. */
  signal?: AbortSignal;
}

export interface ClientOptions extends CommonOptions {
  role?: 'client';
  /** The URL to request. It is not resolved or connected to: the transport is connected already. */
  url: string | URL;
  /** Additional headers of the request, such as Origin, Authorization or Cookie. */
  headers?: HeadersInit;
}

export interface ServerOptions extends CommonOptions {
  role: 'server';
  /** Checks the request, e.g. its Origin. Returns a refusal, or undefined to accept. */
  verify?: (request: HandshakeRequest) => Refusal | undefined | PromiseLike<Refusal | undefined>;
  /** Selects the subprotocol instead of `protocols`. */
  chooseProtocol?: (offered: readonly string[], request: HandshakeRequest) => string | undefined;
  /** Additional headers of the response. */
  headers?: HeadersInit;
}

export type OverStreamOptions = ClientOptions | ServerOptions;

/** The decoder's share of the options. */
export function decoderOptionsOf(options: OverStreamOptions): DecoderOptions<'string'> {
  const { role = 'client', backend, maxPayload, maxBufferedBytes, maxFragments } = options;
  const { maxBufferedChunks, skipUtf8Validation, allowLongLengths } = options;
  return {
    ...{ role, backend, delivery: 'string', skipUtf8Validation, allowLongLengths },
    ...{ maxPayload, maxBufferedBytes, maxFragments, maxBufferedChunks },
  };
}

const TIMEOUT = 10_000;

/** Limits of a connection, checked and complete. */
export interface Limits {
  handshakeTimeout: number;
  closeTimeout: number;
  maxHeadBytes: number;
}

/** Throws a TypeError, RangeError or SyntaxError that names the option. */
export function checkOptions(options: OverStreamOptions): Limits {
  const { role = 'client', handshakeTimeout, closeTimeout, maxHeadBytes } = options;
  if (role !== 'client' && role !== 'server') {
    throw new TypeError(`option role must be server or client, got ${String(role)}`);
  }
  assertSubprotocols(options.protocols ?? []);
  if (options.role !== 'server') parseUrl(options.url);
  const limit = maxHeadBytes ?? DEFAULT_MAX_HEAD_BYTES;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`option maxHeadBytes must be a positive integer, got ${String(limit)}`);
  }
  return {
    handshakeTimeout: milliseconds('handshakeTimeout', handshakeTimeout ?? TIMEOUT),
    closeTimeout: milliseconds('closeTimeout', closeTimeout ?? TIMEOUT),
    maxHeadBytes: limit,
  };
}
