// Listeners that transfer the memory of what they get: that connection is closed where more lay in it, and the
// server goes on.

import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as entry from '../../../src/adapters/ws/index.ts';
import { detach, frame, hex, join, utf8 } from '../../support/bytes.ts';
import { Connection, until } from './support/connection.ts';
import type { Any } from './support/libraries.ts';

const ours: Any = entry;
const KEY = [1, 2, 3, 4];
const text = (letters: string) => frame({ opcode: 1, payload: utf8(letters), key: KEY });

let connection: Connection;
beforeEach(() => {
  connection = new Connection({ server: ours, client: ours });
});
afterEach(() => connection.dispose());

/** Whether a new connection to the same server gets its answer. */
async function serves({ wss }: Connection): Promise<boolean> {
  const connected = once(wss, 'connection');
  const client = new ours.WebSocket(`ws://127.0.0.1:${wss.address().port}`);
  const [socket] = (await connected) as [Any];
  socket.on('message', (data: Buffer) => socket.send(String(data)));
  await once(client, 'open');
  client.send('still there');
  const [answer] = (await once(client, 'message')) as [Buffer];
  client.terminate();
  return String(answer) === 'still there';
}

describe.each([{}, { allowSynchronousEvents: false }])('a server with %j', (options) => {
  it.each(['message', 'ping before'])('closes with 1011 where more lay in it: %s', async (kind) => {
    await connection.openRaw(options);
    const { s, raw, log } = connection;
    let view: Buffer | undefined;
    s.on('message', (data: Buffer) => {
      view = data;
      if (kind === 'message') detach(data.buffer);
    });
    s.on('ping', () => detach(view?.buffer as ArrayBuffer));
    const ping = frame({ opcode: 9, key: KEY });
    raw?.write(join(text('one'), kind === 'message' ? ping.subarray(0, 0) : ping, text('two')));
    await until(() => log.server.some(([event]: Any) => event === 'error'));
    await until(() => log.wire.includes('880203f3'));
    const heard = log.server.filter(([event]: Any) => event === 'message' || event === 'error');
    expect(heard).toEqual([
      ['message', false, ['Buffer', '6f6e65']],
      [
        ...['error', 'RangeError', expect.stringContaining('was detached or resized')],
        ...['WS_ERR_DETACHED_CHUNK', 1011],
      ],
    ]);
    expect(await serves(connection)).toBe(true);
  });

  it('goes on where nothing more lay in it', async () => {
    await connection.openRaw(options);
    const { s, raw, log } = connection;
    s.on('message', (data: Buffer) => detach(data.buffer));
    for (const letters of ['one', 'two', '']) {
      const before = log.server.length;
      raw?.write(text(letters));
      await until(() => log.server.length > before);
    }
    expect(log.server.map(([event]: Any) => event)).toEqual(Array(3).fill('message'));
  });

  it('gives each empty payload memory of its own: pings and messages in fragments', async () => {
    const empty = [
      frame({ opcode: 9, key: KEY }),
      join(frame({ opcode: 2, fin: false, key: KEY }), frame({ opcode: 0, key: KEY })),
    ];
    for (let i = 0; i < 2; i++) {
      const one = new Connection({ server: ours, client: ours });
      try {
        await one.openRaw(options);
        const { s, raw, log } = one;
        for (const event of ['ping', 'message']) {
          s.on(event, (data: Buffer) => {
            expect(data.buffer.byteLength).toBe(0);
            detach(data.buffer);
          });
        }
        for (const bytes of [...empty, ...empty]) {
          const before = log.server.length;
          raw?.write(bytes);
          await until(() => log.server.length > before);
        }
        raw?.write(frame({ opcode: 8, payload: hex('03 e8'), key: KEY }));
        await until(() => log.server.length === 5);
        expect(log.server.map(([event, code]: Any) => [event, code])).toEqual([
          ['ping', ['Buffer', '']],
          ['message', true],
          ['ping', ['Buffer', '']],
          ['message', true],
          ['close', 1000],
        ]);
      } finally {
        await one.dispose();
      }
    }
  });
});
