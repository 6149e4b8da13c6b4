// permessage-deflate (RFC 7692) of prepared messages: where a connection's messages do not build on each
// other (no context takeover), one compression serves every such connection.

import { constants, deflateRawSync, type ZlibOptions } from 'node:zlib';
import { type PreparedMessage, prepare } from '../../codec/prepared-message.ts';
import { deflateOf } from './internals.ts';

/** Of ws's PerMessageDeflate, what was negotiated and how its user wants it done. */
interface Negotiated {
  _isServer: boolean;
  _threshold: number;
  _options: { zlibDeflateOptions?: ZlibOptions };
  params: Record<string, unknown>;
}

/** By message: its compressed frames, by how they were compressed. */
const compressed = new WeakMap<PreparedMessage, Map<string, PreparedMessage>>();

/**
 * The message as this connection can send it at once, or undefined where it has to take ws's own way: its
 * messages build on those before, or it is what decides that a message is too short to compress.
 */
export function forConnection(
  message: PreparedMessage,
  extensions: Record<string, unknown>,
): PreparedMessage | undefined {
  const deflate = deflateOf(extensions) as unknown as Negotiated | undefined;
  if (deflate === undefined) return message;
  const { params, _isServer, _threshold, _options } = deflate;
  const end = _isServer ? 'server' : 'client';
  if (!params[`${end}_no_context_takeover`]) return undefined;
  if (message.payload.length < _threshold) return message;
  const options = {
    ..._options.zlibDeflateOptions,
    windowBits: windowBitsOf(params[`${end}_max_window_bits`]),
  };
  return compressOnce(message, options);
}

function windowBitsOf(param: unknown): number {
  return typeof param === 'number' ? param : constants.Z_DEFAULT_WINDOWBITS;
}

function compressOnce(message: PreparedMessage, options: ZlibOptions): PreparedMessage {
  let ways = compressed.get(message);
  if (ways === undefined) {
    ways = new Map();
    compressed.set(message, ways);
  }
  const way = JSON.stringify(options);
  let made = ways.get(way);
  if (made === undefined) {
    const finishFlush = constants.Z_SYNC_FLUSH;
    const data = deflateRawSync(message.payload, { ...options, finishFlush });
    // §7.2.1: without the empty block that the flush ends with.
    made = prepare(data.subarray(0, -4), { binary: message.isBinary, rsv1: true });
    ways.set(way, made);
  }
  return made;
}
