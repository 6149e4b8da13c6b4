// What a decoder calls its handlers with, as values: for those who would rather pull.

import type { ProtocolError } from '../protocol/errors.ts';
import type { Delivery, FrameInfo, Handlers, Payload } from './options.ts';

/** One call of a handler. See {@link Handlers}. */
export type DecodedEvent<D extends Delivery = Delivery> =
  | { type: 'message'; data: Payload<D>; isBinary: boolean }
  | { type: 'part'; data: Payload<D>; isBinary: boolean; isLast: boolean }
  | { type: 'frame'; payload: Uint8Array; frame: FrameInfo }
  | { type: 'ping'; payload: Uint8Array }
  | { type: 'pong'; payload: Uint8Array }
  | { type: 'close'; code: number; reason: string }
  | { type: 'error'; error: ProtocolError };

/** Handlers that append to a list. */
export function collectInto<D extends Delivery>(events: DecodedEvent<D>[]): Handlers<D> {
  return {
    message: (data, isBinary) => events.push({ type: 'message', data, isBinary }),
    part: (data, isBinary, isLast) => events.push({ type: 'part', data, isBinary, isLast }),
    frame: (payload, frame) => events.push({ type: 'frame', payload, frame }),
    ping: (payload) => events.push({ type: 'ping', payload }),
    pong: (payload) => events.push({ type: 'pong', payload }),
    close: (code, reason) => events.push({ type: 'close', code, reason }),
    error: (error) => events.push({ type: 'error', error }),
  };
}
