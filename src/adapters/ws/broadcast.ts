// One message to many WebSockets, encoded once.

import type { BytesLike } from '../../codec/bytes.ts';
import { isPrepared, type PreparedMessage, prepare } from '../../codec/prepared-message.ts';
import { isAccelerated } from './accelerate.ts';
import { type Callback, OPEN } from './internals.ts';

/** What a message can be sent to: a WebSocket of ws, accelerated or not. */
export interface Recipient {
  readonly readyState: number;
  send(data: never, options: { binary: boolean }, cb?: Callback): void;
}

/**
 * Sends a message to all of these sockets that are open, and returns to how many. Bytes are copied once;
 * a message made by `prepare` is sent as it is.
 */
export function broadcast(
  sockets: Iterable<Recipient>,
  data: string | BytesLike | PreparedMessage,
  options?: { binary?: boolean },
): number {
  const message = isPrepared(data) ? data : prepare(data, options);
  const binary = message.isBinary;
  let count = 0;
  for (const socket of sockets) {
    if (socket.readyState !== OPEN) continue;
    const payload = isAccelerated(socket) ? message : message.payload;
    socket.send(payload as never, { binary });
    count++;
  }
  return count;
}
