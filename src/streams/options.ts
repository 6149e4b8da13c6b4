// What a connection over a stream can be told, and the check of it.

import type { DecoderOptions } from '../codec/options.ts';
import { DEFAULT_MAX_HEAD_BYTES } from '../handshake/http-head.ts';
import { type HandshakeRequest, parseUrl } from '../handshake/request.ts';
import type { Refusal } from '../handshake/response.ts';
import { assertSubprotocols } from '../handshake/subprotocol.ts';
import { type HeartbeatOptions, milliseconds } from './heartbeat.ts';
import type { DecoderStreamOptions } from './message-streams.ts';

/** Any pair of byte streams: a socket, a channel, a tunnel. */
export interface ByteTransport {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

/** Throws a TypeError where somebody else has it: neither stream is taken then. */
export function assertFree({ readable, writable }: ByteTransport): void {
  if (readable.locked || writable.locked)
    throw new TypeError('the transport is in use: it is locked');
}

/** For both ends. Limits are those of a Decoder. */
export interface CommonOptions extends Omit<DecoderStreamOptions, 'role'> {
  /**
   * A client's: the subprotocols it offers, the best first. A server's: those it supports; it takes the
   * first of the client's that it supports.
   */
  protocols?: readonly string[];
  /** Pings after silence, and an end where they are not answered. Default: none. */
  heartbeat?: HeartbeatOptions;
  /** Milliseconds for the opening handshake. Default 10,000. */
  handshakeTimeout?: number;
  /**
   * Milliseconds for the peer to answer the close frame, and for the transport to end. Default 10,000. Begins
   * anew when messages that waited have been read: the answer may be behind them.
   */
  closeTimeout?: number;
  /**
   * Bytes the peer may send before the first frame: the head of its request, or of its response and of all
   * interim responses (1xx) before that. Default 16 KiB.
   */
  maxHeadBytes?: number;
  /** Ends the connection at once, and the opening handshake too. */
  signal?: AbortSignal;
}

export interface ClientOptions extends CommonOptions {
  role?: 'client';
  /** Where to, as the server is to see it; nothing is looked up or connected: the transport is there. */
  url: string | URL;
  /** More headers for the request, such as Origin, Authorization or Cookie. */
  headers?: HeadersInit;
}

export interface ServerOptions extends CommonOptions {
  role: 'server';
  /** Looks at the request, e.g. its Origin; returns how it is to be refused, if it is. */
  verify?: (request: HandshakeRequest) => Refusal | undefined | PromiseLike<Refusal | undefined>;
  /** Chooses the subprotocol in place of `protocols`. */
  chooseProtocol?: (offered: readonly string[], request: HandshakeRequest) => string | undefined;
  /** More headers for the response. */
  headers?: HeadersInit;
}

export type OverStreamOptions = ClientOptions | ServerOptions;

/** What of the options is the decoder's. */
export function decoderOptionsOf(options: OverStreamOptions): DecoderOptions<'string'> {
  const { role = 'client', backend, maxPayload, maxBufferedBytes, maxFragments } = options;
  const { maxBufferedChunks, skipUtf8Validation, allowLongLengths } = options;
  return {
    ...{ role, backend, delivery: 'string', skipUtf8Validation, allowLongLengths },
    ...{ maxPayload, maxBufferedBytes, maxFragments, maxBufferedChunks },
  };
}

const TIMEOUT = 10_000;

/** The options, checked and complete as far as both ends have them. */
export interface Times {
  handshakeTimeout: number;
  closeTimeout: number;
  maxHeadBytes: number;
}

/** Throws a TypeError, RangeError or SyntaxError that names the option. */
export function settleTimes(options: OverStreamOptions): Times {
  const { role = 'client', handshakeTimeout, closeTimeout, maxHeadBytes } = options;
  if (role !== 'client' && role !== 'server') {
    throw new TypeError(`option role must be server or client, not ${String(role)}`);
  }
  assertSubprotocols(options.protocols ?? []);
  if (options.role !== 'server') parseUrl(options.url);
  const limit = maxHeadBytes ?? DEFAULT_MAX_HEAD_BYTES;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`option maxHeadBytes must be a positive integer, not ${String(limit)}`);
  }
  return {
    handshakeTimeout: milliseconds('handshakeTimeout', handshakeTimeout ?? TIMEOUT),
    closeTimeout: milliseconds('closeTimeout', closeTimeout ?? TIMEOUT),
    maxHeadBytes: limit,
  };
}
