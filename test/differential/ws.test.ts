// Against ws's Receiver: the same events, payloads, error codes and close codes on the same random and
// mutated streams, for either kernel. Where the two part on purpose, the test says so.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { type Backend, Decoder } from '../../src/index.ts';
import { toHex, utf8 } from '../support/bytes.ts';
import { recorder } from '../support/decode.ts';
import type { Event } from '../support/naive-decoder.ts';
import { Random, seed } from '../support/random.ts';
import { mutate, randomStream } from '../support/streams.ts';

const RUNS = Number(process.env.WSIMD_RUNS ?? 400);

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
async function decodeByWs(
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
    events.push(['close', code, String(reason)]),
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

function decodeByUs(
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
function agree(ours: readonly Event[], theirs: readonly Event[]): boolean {
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

describe.each(['wasm', 'js'] as const)(`%s against ws (WSIMD_SEED=${seed})`, (backend) => {
  it.each([true, false])('as a server: %s', async (isServer) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (start) => {
        const random = new Random(start);
        const valid = randomStream(isServer ? 'server' : 'client', random);
        const stream = random.chance(0.6) ? mutate(valid, random) : valid;
        const chunks: Uint8Array[] = [];
        const largest = random.pick([3, 250, 5000, 70_000, stream.length + 1]);
        for (let at = 0; at < stream.length; ) {
          const size = 1 + random.below(largest);
          chunks.push(stream.subarray(at, at + size));
          at += size;
        }
        const maxPayload = random.pick([300, 1 << 20]);
        const theirs = await decodeByWs(chunks, isServer, maxPayload);
        const ours = decodeByUs(chunks, isServer, maxPayload, backend);
        if (!agree(ours, theirs)) expect(ours, toHex(stream).slice(0, 4000)).toEqual(theirs);
      }),
      { numRuns: RUNS, seed },
    );
  });
});

describe('where we part from ws on purpose', () => {
  it('lengths not in their shortest form: ws takes them, we do when told', async () => {
    const stream = [utf8('\u0082~\u0000\u0001a').slice(1)];
    expect(await decodeByWs(stream, false, 100)).toEqual([['binary', '61']]);
    expect(decodeByUs(stream, false, 100, 'wasm')).toEqual([['binary', '61']]);
    const [strict] = new Decoder({ role: 'client' }).decode(stream[0]);
    expect(strict).toMatchObject({ error: { code: 'WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH' } });
  });

  it('wrong text in an unfinished message: ws waits for its end, we do not', async () => {
    const stream = [new Uint8Array([0x01, 0x01, 0xff])];
    expect(await decodeByWs(stream, false, 100)).toEqual([]);
    expect(decodeByUs(stream, false, 100, 'wasm')).toEqual([
      ['error', 'WS_ERR_INVALID_UTF8', 1007],
    ]);
  });
});
