// What wears the adapter out: odd moments, odd values, code of the user's in the middle of things. ws alone is
// the measure of all of it.

import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { mock } from 'node:test';
import { deflateRawSync, constants as zlib } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { frame, join } from '../../support/bytes.ts';
import { Connection, soon, until } from './support/connection.ts';
import { type Any, accelerated, stock } from './support/libraries.ts';

const KEY = [1, 2, 3, 4];
const text = (letters: string): Uint8Array =>
  frame({ opcode: 1, payload: new TextEncoder().encode(letters), key: KEY });
const LIBRARIES = [
  ['ws', stock('ws')],
  ['ws with the codec', accelerated('ws')],
] as const;

let connection: Connection | undefined;
afterEach(async () => {
  await connection?.dispose();
  connection = undefined;
});

async function open(library: Any, ...args: Parameters<Connection['open']>): Promise<Connection> {
  connection = new Connection({ server: library, client: library });
  await connection.open(...args);
  return connection;
}

/** A server’s WebSocket over memory. */
function over(library: Any, write: (bytes: Buffer) => void): Any {
  const socket = new Duplex({
    read() {},
    write(bytes, _encoding, done) {
      write(bytes);
      done();
    },
  });
  const websocket = new library.WebSocket(null, undefined, {});
  websocket._isServer = true;
  websocket.setSocket(socket, Buffer.alloc(0), {});
  websocket.on('error', () => {});
  return websocket;
}

describe.each(LIBRARIES)('%s', (_name, library) => {
  it.each(['deferred', 'compressed'])(
    'closes though a %s message waits before the close frame',
    async (how) => {
      const isDeferred = how === 'deferred';
      const wss = new library.WebSocketServer({
        ...{ host: '127.0.0.1', port: 0, allowSynchronousEvents: !isDeferred },
        perMessageDeflate: isDeferred ? false : { threshold: 0 },
      });
      await once(wss, 'listening');
      const said: string[] = [];
      wss.on('connection', (s: Any) => {
        s.on('error', () => {});
        s.on('message', (data: Buffer) => {
          said.push(String(data));
          if (String(data) === 'one') s.terminate();
        });
        s.on('close', (code: number) => said.push(`close ${code}`));
      });
      const options = isDeferred ? { perMessageDeflate: false } : {};
      const client = new library.WebSocket(`ws://127.0.0.1:${wss.address().port}`, options);
      client.on('error', () => {});
      await once(client, 'open');
      const payload = deflateRawSync('two', { finishFlush: zlib.Z_SYNC_FLUSH }).subarray(0, -4);
      const second = isDeferred ? text('two') : frame({ opcode: 1, rsv: 0x40, payload, key: KEY });
      const close = frame({ opcode: 8, payload: new Uint8Array([3, 232]), key: KEY });
      client._socket.write(join(text('one'), second, close));
      await until(() => said.some((one) => one.startsWith('close')) && wss.clients.size === 0);
      wss.close();
      expect(said.slice(0, 2)).toEqual(['one', 'two']);
    },
  );

  it.each([
    { maxFragments: Number.POSITIVE_INFINITY },
    { maxFragments: null },
    { maxBufferedChunks: Number.POSITIVE_INFINITY },
    { maxPayload: -1 },
    { maxPayload: '1000' },
    { maxPayload: 4_294_967_296 },
    { skipUTF8Validation: 1 },
  ])('takes the option %j', async (server) => {
    const { c, log } = await open(library, { server });
    c.send('hi');
    await until(() => log.server.length === 1);
  });

  it.each(['utf8', true, false, 0, 5, '', null, undefined])(
    'takes %j for options of send',
    async (options) => {
      const { c, log } = await open(library);
      c.send('hi', options);
      await until(() => log.server.length === 1);
      expect(log.server[0]).toEqual(['message', false, ['Buffer', '6869']]);
    },
  );

  it('calls back in the sender’s own context', async () => {
    const { c } = await open(library);
    const storage = new AsyncLocalStorage<number>();
    const seen: unknown[] = [];
    for (const i of [1, 2, 3])
      storage.run(i, () => c.send('x', () => seen.push(storage.getStore())));
    await until(() => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('sends under the clocks of a test, and after them', async () => {
    const { c, log } = await open(library);
    mock.timers.enable({ apis: ['setImmediate'] });
    c.send('during');
    mock.timers.reset();
    await soon(50);
    c.send('after');
    await until(() => log.server.length === 2);
  });

  it('sends on others though one socket throws, or sends on them itself', async () => {
    const got = Array.from({ length: 300 }, () => 0);
    let whenWritten: (() => void) | undefined;
    const all = got.map((_, i) =>
      over(library, (bytes) => {
        got[i] += bytes.length;
        if (i !== 200) return;
        const act = whenWritten;
        whenWritten = undefined;
        act?.();
      }),
    );
    whenWritten = () => {
      for (const socket of all.slice(0, 200)) socket.send('2');
    };
    for (const socket of all.slice(0, 201)) socket.send('1');
    await soon(30);
    for (const socket of all.slice(0, 200)) socket.send('3');
    await until(() => got.slice(0, 200).every((bytes) => bytes === 9));

    const bad = over(library, () => {
      throw new Error('bad socket');
    });
    const uncaught = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', () => {});
    try {
      all[0].send('4');
      try {
        bad.send('4');
      } catch {
        // With ws, at once; with the codec, when it is written.
      }
      all[1].send('4');
      await until(() => got[0] === 12 && got[1] === 12);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of uncaught) process.on('uncaughtException', listener as never);
    }
  });

  it('keeps bytes apart though generateMask sends', async () => {
    const { c: other, log, wss } = await open(library);
    const heard: string[] = [];
    wss.on('connection', (s: Any) => s.on('message', (data: Buffer) => heard.push(String(data))));
    const generateMask = (mask: Buffer): void => {
      mask.fill(0);
      other.send('SECRET of the other connection');
    };
    const c = new library.WebSocket(other.url, { generateMask, perMessageDeflate: false });
    await once(c, 'open');
    c.send('hello from main, of same length');
    // The log has both connections, `heard` the second alone.
    await until(() => log.server.length === 2);
    expect(heard).toEqual(['hello from main, of same length']);
    expect(JSON.stringify(log.server)).toContain(Buffer.from('SECRET of the').toString('hex'));
    c.terminate();
  });

  it('does not take a burst of pings for more than it can answer', async () => {
    const { c, s, log } = await open(library);
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 30; j++) c.ping();
      c.send(Buffer.alloc(65_536));
    }
    const messages = () => log.server.filter((one) => (one as string[])[0] === 'message').length;
    await until(() => messages() === 20 || s.readyState !== 1);
    expect(messages()).toBe(20);
  });

  it('lets a handler’s exception be uncaught, behind compression too', async () => {
    const options = { perMessageDeflate: { threshold: 0 } };
    const { c, s } = await open(library, { server: options, client: options });
    s.on('message', () => {
      throw new Error('handler');
    });
    const uncaught = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      const caught = once(process, 'uncaughtException');
      c.send('x'.repeat(1000));
      const [error, origin] = await caught;
      expect([(error as Error).message, origin]).toEqual(['handler', 'uncaughtException']);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of uncaught) process.on('uncaughtException', listener as never);
    }
  });
});
