// Many connections, connections that break off anywhere, ends that fall silent or do not read.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import * as entry from '../../../src/adapters/ws/index.ts';
import { frame, join } from '../../support/bytes.ts';
import { Connection, soon, until } from './support/connection.ts';
import type { Any } from './support/libraries.ts';

const ours: Any = entry;
const libraries = { server: ours, client: ours };
const KEY = [1, 2, 3, 4];

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

async function withServer(options: object, use: (port: number, wss: Any) => Promise<void>) {
  const wss = new ours.WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  await once(wss, 'listening');
  try {
    await use(wss.address().port, wss);
  } finally {
    for (const client of wss.clients) client.terminate();
    await new Promise((resolve) => wss.close(resolve));
  }
}

async function upgrade(port: number): Promise<Socket> {
  const socket = createConnection(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(UPGRADE);
  await once(socket, 'data');
  return socket;
}

describe('2,000 connections', () => {
  it('each get their own echo, and all are gone when they close', async () => {
    await withServer({}, async (port, wss) => {
      wss.on('connection', (s: Any) =>
        s.on('message', (data: Buffer, binary: boolean) => s.send(data, { binary })),
      );
      const clients: Any[] = [];
      for (let i = 0; i < 2000; i += 100) {
        const batch = Array.from(
          { length: 100 },
          () => new ours.WebSocket(`ws://127.0.0.1:${port}`),
        );
        await Promise.all(batch.map((client) => once(client, 'open')));
        clients.push(...batch);
      }
      expect(wss.clients.size).toBe(2000);
      const echoes = clients.map(async (client, i) => {
        const heard: string[] = [];
        client.on('message', (data: Buffer) => heard.push(String(data)));
        const sent = Array.from({ length: 5 }, (_, j) => `연결 ${i}, message ${j}`);
        for (const message of sent) client.send(message);
        await until(() => heard.length === 5);
        expect(heard).toEqual(sent);
        client.close(1000);
        await once(client, 'close');
      });
      await Promise.all(echoes);
      await until(() => wss.clients.size === 0);
    });
  });
});

describe('connections that share decoders', () => {
  it('keep their messages apart, and count their own bytes', async () => {
    await withServer({}, async (port, wss) => {
      const heard: Record<string, string[]> = {};
      const errors: Any[] = [];
      let next = 0;
      wss.on('connection', (s: Any) => {
        const name = `connection ${next++}`;
        heard[name] = [];
        s.on('message', (data: Buffer) => heard[name].push(String(data)));
        s.on('error', (error: Any) => errors.push(error));
      });
      const sockets: Socket[] = [];
      for (let i = 0; i < 5; i++) sockets.push(await upgrade(port));
      const streams = sockets.map((_, i) => {
        const whole = frame({
          opcode: 1,
          payload: new TextEncoder().encode(`whole ${i}`),
          key: KEY,
        });
        const start = {
          opcode: 1,
          fin: false,
          payload: new TextEncoder().encode(`안 ${i} `),
          key: KEY,
        };
        const end = { opcode: 0, payload: new TextEncoder().encode('끝'), key: [i, 7, 8, 9] };
        return join(whole, frame(start), frame(end), whole);
      });
      const longest = Math.max(...streams.map(({ length }) => length));
      for (let at = 0; at < longest; at += 3) {
        for (const [i, socket] of sockets.entries()) socket.write(streams[i].subarray(at, at + 3));
        await soon(1);
      }
      const all = () => Object.values(heard).every((messages) => messages.length === 3);
      await until(all);
      for (let i = 0; i < 5; i++) {
        expect(heard[`connection ${i}`]).toEqual([`whole ${i}`, `안 ${i} 끝`, `whole ${i}`]);
      }
      sockets[3].write(new Uint8Array([0x83, 0x80]));
      await until(() => errors.length === 1);
      expect(errors[0].cause.offset).toBe(streams[3].length);
      for (const socket of sockets) socket.destroy();
    });
  });
});

describe('a connection that breaks off', () => {
  it('at any byte of a message: what was whole is delivered, nothing else', async () => {
    const whole = frame({ opcode: 1, payload: new TextEncoder().encode('whole'), key: KEY });
    const cut = join(
      frame({ opcode: 2, fin: false, payload: new Uint8Array(200), key: KEY }),
      frame({ opcode: 9, payload: new Uint8Array(5), key: KEY }),
      frame({ opcode: 0, payload: new Uint8Array(10), key: KEY }),
    );
    await withServer({}, async (port, wss) => {
      const closes: unknown[] = [];
      const messages: string[] = [];
      wss.on('connection', (s: Any) => {
        s.on('message', (data: Buffer) => messages.push(String(data)));
        s.on('close', (code: number) => closes.push(code));
        s.on('error', (error: Any) => expect(error.code).toBe('ECONNRESET'));
      });
      let count = 0;
      for (let at = 0; at < cut.length; at += at < 12 || at > 200 ? 1 : 23) {
        const socket = await upgrade(port);
        const bytes = join(whole, cut.subarray(0, at));
        if (at % 2 === 0) socket.end(bytes);
        else socket.write(bytes, () => socket.resetAndDestroy());
        count++;
      }
      await until(() => closes.length === count);
      expect(new Set(closes)).toEqual(new Set([1006]));
      // A reset may overtake what was sent before it.
      expect(new Set(messages)).toEqual(new Set(['whole']));
      expect(messages.length).toBeGreaterThanOrEqual(Math.floor(count / 2));
    });
  });

  it('in the middle of what the server sends: callbacks are called, memory is let go', async () => {
    await withServer({}, async (port, wss) => {
      const connected = once(wss, 'connection');
      const socket = await upgrade(port);
      const [s] = (await connected) as Any;
      socket.pause();
      const outcomes: unknown[] = [];
      for (let i = 0; i < 200; i++) {
        s.send(Buffer.alloc(100_000), (error?: Error) => outcomes.push(error));
      }
      await soon();
      expect(s.bufferedAmount).toBeGreaterThan(1_000_000);
      socket.resetAndDestroy();
      await once(s, 'close');
      await until(() => outcomes.length === 200);
      expect(outcomes.at(-1)).toBeInstanceOf(Error);
    });
  });
});

describe('an end that does not read', () => {
  it('is shown by bufferedAmount, and gets everything in order once it reads', async () => {
    const connection = await new Connection(libraries).open();
    try {
      const { c, s } = connection;
      c.pause();
      const count = 300;
      for (let i = 0; i < count; i++) s.send(Buffer.alloc(50_000, i));
      await soon();
      expect(s.bufferedAmount).toBeGreaterThan(1_000_000);
      const heard: number[] = [];
      c.on('message', (data: Buffer) => heard.push(data.length === 50_000 ? data[49_999] : -1));
      c.resume();
      await until(() => heard.length === count);
      expect(heard).toEqual(Array.from({ length: count }, (_, i) => i & 255));
      await until(() => s.bufferedAmount === 0);
    } finally {
      await connection.dispose();
    }
  });

  it('holds a stream back', async () => {
    const connection = await new Connection(libraries).open();
    try {
      const { c, s } = connection;
      c.pause();
      const stream = ours.createWebSocketStream(s);
      let written = 0;
      const chunk = Buffer.alloc(65_536);
      while (written < 1000 && stream.write(chunk)) written++;
      expect(written).toBeLessThan(20);
      await soon();
      expect(s.bufferedAmount).toBeLessThan(40 * chunk.length);
    } finally {
      await connection.dispose();
    }
  });
});

describe('an end that falls silent', () => {
  it('is found by a heartbeat, and terminated', async () => {
    await withServer({}, async (port, wss) => {
      wss.on('connection', (s: Any) => {
        s.isAlive = true;
        s.on('pong', () => (s.isAlive = true));
      });
      const live = new ours.WebSocket(`ws://127.0.0.1:${port}`);
      await once(live, 'open');
      const silent = await upgrade(port);
      silent.pause();
      await until(() => wss.clients.size === 2);
      for (let beat = 0; beat < 3; beat++) {
        for (const s of wss.clients) {
          if (!s.isAlive) s.terminate();
          s.isAlive = false;
          s.ping();
        }
        await soon(50);
      }
      expect(wss.clients.size).toBe(1);
      expect(live.readyState).toBe(1);
      silent.destroy();
    });
  });

  it('in the closing handshake is cut off after closeTimeout', async () => {
    await withServer({ closeTimeout: 100 }, async (port, wss) => {
      const connected = once(wss, 'connection');
      const silent = await upgrade(port);
      const [s] = (await connected) as Any;
      s.close(1000, 'bye');
      const [code] = await once(s, 'close');
      expect(code).toBe(1006);
      silent.destroy();
    });
  });
});

describe('fragments without end', () => {
  it('end at maxFragments, as with ws', async () => {
    await withServer({ maxFragments: 10 }, async (port, wss) => {
      const connected = once(wss, 'connection');
      const socket = await upgrade(port);
      const [s] = (await connected) as Any;
      const failed = once(s, 'error');
      socket.write(frame({ opcode: 1, fin: false, key: KEY }));
      for (let i = 0; i < 20; i++) socket.write(frame({ opcode: 0, fin: false, key: KEY }));
      const [error] = (await failed) as Any;
      expect([error.code, error.message]).toEqual([
        'WS_ERR_TOO_MANY_BUFFERED_PARTS',
        'Too many message fragments',
      ]);
    });
  });

  it('of one byte end when they cost more memory than a message may', async () => {
    await withServer({ maxFragments: 0, maxPayload: 100_000 }, async (port, wss) => {
      const connected = once(wss, 'connection');
      const socket = await upgrade(port);
      const [s] = (await connected) as Any;
      const failed = once(s, 'error');
      const flood = Array.from({ length: 5000 }, () =>
        frame({ opcode: 0, fin: false, payload: new Uint8Array(1), key: KEY }),
      );
      socket.write(frame({ opcode: 2, fin: false, key: KEY }));
      const flooding = setInterval(() => socket.write(join(...flood)), 1);
      const [error] = (await failed) as Any;
      clearInterval(flooding);
      expect(error.code).toMatch(/^WS_ERR_(UNSUPPORTED_MESSAGE_LENGTH|TOO_MANY_BUFFERED_BYTES)$/);
    });
  });
});
