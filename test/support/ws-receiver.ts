// ws's own Receiver, and this decoder beside it, in the same words; and where the two part on purpose.

import * as ws from 'ws';
import { type Backend, Decoder } from '../../src/index.ts';
import { toHex } from './bytes.ts';
import { recorder } from './decode.ts';
import type { Event } from './naive-decoder.ts';

interface WsError extends Error {
  code: string;
}

/** What @types/ws leaves out. */
interface WsReceiver {
  on(event: string, listener: (...args: never[]) => void): void;
  write(chunk: Buffer): boolean;
  readonly writable: boolean;
}
const { Receiver } = ws as unknown as { Receiver: new (options: object) => WsReceiver };

/** What ws's Receiver says: errors without section and offset, which it has not. */
export async function decodeByWs(
  chunks: readonly Uint8Array[],
  isServer: boolean,
  maxPayload: number,
): Promise<Event[]> {
  const events: Event[] = [];
  const receiver = new Receiver({ isServer, maxPayload, allowSynchronousEvents: true });
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    events.push(isBinary ? ['binary', toHex(data)] : ['text', text.decode(data)]),
  );
  receiver.on('ping', (data: Buffer) => events.push(['ping', toHex(data)]));
  receiver.on('pong', (data: Buffer) => events.push(['pong', toHex(data)]));
  receiver.on('conclude', (code: number, reason: Buffer) =>
    events.push(['close', code, text.decode(reason)]),
  );
  receiver.on('error', (error: WsError) => {
    const symbol = Object.getOwnPropertySymbols(error).find((s) => s.description === 'status-code');
    const closeCode = (error as unknown as Record<symbol, number>)[symbol as symbol];
    events.push(['error', error.code, closeCode]);
  });
  for (const chunk of chunks) if (receiver.writable) receiver.write(Buffer.from(chunk));
  // An error comes a tick later, and nothing after it.
  await new Promise(setImmediate);
  return events;
}

export function decodeByUs(
  chunks: readonly Uint8Array[],
  isServer: boolean,
  maxPayload: number,
  backend: Backend,
): Event[] {
  const events: Event[] = [];
  const role = isServer ? 'server' : 'client';
  const options = { role, maxPayload, backend, allowLongLengths: true } as const;
  const decoder = new Decoder(options, recorder(events));
  for (const chunk of chunks) decoder.write(chunk.slice());
  return events.map((event) => (event[0] === 'error' ? event.slice(0, 3) : event));
}

/**
 * ws finds text wrong when its message is whole, we at the first byte that makes it wrong: where we have
 * said so, ws may say it later, or say of a later frame what is wrong with that, or wait for more.
 */
export function agree(ours: readonly Event[], theirs: readonly Event[]): boolean {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return true;
  const last = ours.at(-1);
  if (last === undefined || last[1] !== 'WS_ERR_INVALID_UTF8') return false;
  const before = ours.slice(0, -1);
  const rest = theirs.slice(before.length);
  const isSoFarTheSame = JSON.stringify(theirs.slice(0, before.length)) === JSON.stringify(before);
  const controlOnly = rest.every(([type]) =>
    ['ping', 'pong', 'error', 'close'].includes(String(type)),
  );
  return isSoFarTheSame && controlOnly;
}
