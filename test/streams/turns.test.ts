// Thousands of frames in one chunk: the event loop runs between them, and none is lost or reordered.

import { expect, it } from 'vitest';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { frame, join, utf8 } from '../support/bytes.ts';
import { handshake } from '../support/pcap.ts';

const KEY = [1, 2, 3, 4];
const COUNT = 20_000;
const masked = (opcode: number, payload: Uint8Array) => frame({ opcode, payload, key: KEY });
const BYE = masked(8, Uint8Array.of(3, 232));

/** A server's connection whose client sends this in one chunk, and what the server sends. */
function served(bytes: Uint8Array) {
  const written: Uint8Array[] = [];
  const transport = {
    readable: new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(handshake().request);
        controller.enqueue(bytes);
        controller.close();
      },
    }),
    writable: new WritableStream<Uint8Array>({ write: (chunk) => void written.push(chunk) }),
  };
  return { connection: new WebSocketOverStream(transport, { role: 'server' }), written };
}

/** Calls back in every turn of the event loop until stopped. */
function eachTurn(call: () => void): () => void {
  let timer: NodeJS.Immediate;
  const turn = (): void => {
    call();
    timer = setImmediate(turn);
  };
  turn();
  return () => clearImmediate(timer);
}

it('yields between messages of one chunk', async () => {
  const frames = Array.from({ length: COUNT }, (_, n) => masked(1, utf8(String(n))));
  const { connection } = served(join(...frames, BYE));
  const texts: unknown[] = [];
  let before = 0;
  let most = 0;
  const stop = eachTurn(() => {
    most = Math.max(most, texts.length - before);
    before = texts.length;
  });
  for await (const text of connection) texts.push(text);
  stop();
  expect(texts).toEqual(frames.map((_, n) => String(n)));
  expect(await connection.closed).toEqual({ closeCode: 1000, reason: '' });
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(1000);
});

it('yields between pings, and answers the last one', async () => {
  const pings = Array.from({ length: COUNT }, (_, n) => masked(9, utf8(String(n))));
  const { connection, written } = served(join(...pings, BYE));
  let turns = 0;
  const stop = eachTurn(() => turns++);
  expect(await connection.closed).toEqual({ closeCode: 1000, reason: '' });
  stop();
  expect(turns).toBeGreaterThanOrEqual(COUNT / 1000);
  const sent = Buffer.concat(written).toString('latin1');
  expect(sent).toContain(`\x8a\x05${COUNT - 1}\x88\x02`);
});

it('delivers no more messages after the connection ends', async () => {
  const { connection } = served(join(...Array(COUNT).fill(masked(2, new Uint8Array(0)))));
  let count = 0;
  for await (const _ of connection) {
    if (++count === 1500) break;
  }
  expect(count).toBe(1500);
  await expect(connection.closed).rejects.toMatchObject({ code: 'WS_ERR_CONNECTION_LOST' });
});
