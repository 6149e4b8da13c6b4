// What `send` promises: the bytes are as they were when it was called, they leave soon, they keep little memory alive,
// and what fails on one connection fails there alone. Stock ws runs beside.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { prepare } from '../../../src/adapters/ws/index.ts';
import { classesOf, inspect } from '../../../src/adapters/ws/internals.ts';
import { wiringOf } from '../../../src/adapters/ws/wiring.ts';
import { Decoder } from '../../../src/index.ts';
import { equal, join } from '../../support/bytes.ts';
import { Connection, soon, until } from './support/connection.ts';
import { type Any, accelerated, stock, VERSIONS } from './support/libraries.ts';
import { arrayBufferBytes, hasFastProperties } from './support/memory.ts';

const codec = accelerated('ws');
const LIBRARIES = [
  ['ws', stock('ws')],
  ['ws with the codec', codec],
] as const;

const connections: Connection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.dispose();
});

async function open(library: Any, ...args: Parameters<Connection['open']>): Promise<Connection> {
  const connection = new Connection({ server: library, client: library });
  connections.push(connection);
  await connection.open(...args);
  return connection;
}

/** Collects what a WebSocket receives. */
function received(socket: Any): Buffer[] {
  const messages: Buffer[] = [];
  socket.on('message', (data: Buffer) => messages.push(Buffer.from(data)));
  return messages;
}

/** The texts a client decodes of bytes. */
function textsIn(bytes: Uint8Array): string[] {
  const texts: string[] = [];
  const decoder = new Decoder(
    { role: 'client', delivery: 'string' },
    { message: (data) => texts.push(String(data)) },
  );
  decoder.write(bytes);
  return texts;
}

const pattern = (length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));

/** Ways to lose a buffer. Each returns the bytes to send, and takes them away. */
const LOSSES: Record<string, (bytes: Uint8Array) => [Uint8Array, () => void]> = {
  'transferred to another thread': (bytes) => {
    const own = Uint8Array.from(bytes);
    return [own, () => structuredClone(own.buffer, { transfer: [own.buffer] })];
  },
  resized: (bytes) => {
    const Resizable = ArrayBuffer as Any;
    const memory = new Resizable(bytes.length, { maxByteLength: bytes.length });
    const own = new Uint8Array(memory);
    own.set(bytes);
    return [own, () => memory.resize(0)];
  },
  overwritten: (bytes) => {
    const own = Uint8Array.from(bytes);
    return [own, () => own.fill(0)];
  },
};
const SIZES = [0, 1, 125, 126, 4095, 4096, 8178, 8179, 16_384, 32_767, 32_768, 65_536, 300_000];

describe.each(['server', 'client'] as const)(
  'a buffer that a %s loses right after send',
  (role) => {
    describe.each(Object.entries(LOSSES))('%s', (_loss, lose) => {
      it.each(['turn', 'tick', 'immediate'])(
        'arrives as it was sent (flush: %s)',
        async (flush) => {
          const { s, c } = await open(codec, { server: {}, client: {} });
          Reflect.set(role === 'server' ? s : c, Symbol.for('wsimd.flush'), flush);
          const [sender, receiver] = role === 'server' ? [s, c] : [c, s];
          const got = received(receiver);
          for (const size of SIZES) {
            const [bytes, takeAway] = lose(pattern(size));
            sender.send('before');
            sender.send(bytes);
            takeAway();
            sender.send('after');
          }
          await until(() => got.length === 3 * SIZES.length);
          SIZES.forEach((size, i) => {
            expect(String(got[3 * i])).toBe('before');
            expect(equal(got[3 * i + 1], pattern(size)), `${size} bytes`).toBe(true);
            expect(String(got[3 * i + 2])).toBe('after');
          });
        },
      );
    });

    it('arrives as it was sent, in fragments, pings and frames of others, too', async () => {
      const { s, c } = await open(codec);
      const [sender, receiver] = role === 'server' ? [s, c] : [c, s];
      const got = received(receiver);
      receiver.on('ping', (data: Buffer) => got.push(Buffer.from(data)));
      for (const size of [100, 5000, 40_000]) {
        const [first, loseFirst] = LOSSES['transferred to another thread'](pattern(size));
        const [last, loseLast] = LOSSES['transferred to another thread'](pattern(size));
        sender.send(first, { fin: false });
        loseFirst();
        sender.send(last, { fin: true });
        loseLast();
        const [ping, losePing] = LOSSES['transferred to another thread'](pattern(50));
        sender.ping(ping);
        losePing();
      }
      await until(() => got.length === 6);
      for (const [i, size] of [100, 5000, 40_000].entries()) {
        expect(equal(got[2 * i], join(pattern(size), pattern(size)))).toBe(true);
        expect(equal(got[2 * i + 1], pattern(50))).toBe(true);
      }
    });
  },
);

describe('a socket that cannot be written to', () => {
  /** Breaks the raw socket of one connection and uses it and another one in the same turn. */
  async function broken(library: Any, breakIt: (raw: Any) => void) {
    const [bad, good] = [await open(library), await open(library)];
    const errors: unknown[] = [];
    const closes: number[] = [];
    bad.s.on('error', (error: Error) => errors.push(error.message));
    bad.s.on('close', (code: number) => closes.push(code));
    const got = received(good.c);
    breakIt(bad.s._socket);
    return { bad, good, errors, closes, got };
  }

  const throws = (raw: Any): void => {
    raw.write = () => {
      throw new Error('no writes today');
    };
  };

  it('fails alone: others send and read, and no call throws', async () => {
    const { bad, good, errors, closes, got } = await broken(codec, throws);
    const outcomes: unknown[] = [];
    good.s.send('1');
    bad.s.send('lost', (error: Error | undefined) => outcomes.push(error?.message));
    good.s.send('2');
    const heard = received(good.s);
    good.c.send('read meanwhile');
    await until(() => closes.length === 1 && got.length === 2 && heard.length === 1);
    expect(got.map(String)).toEqual(['1', '2']);
    expect(errors).toEqual(['no writes today']);
    expect(closes).toEqual([1006]);
    expect(outcomes).toEqual(['no writes today']);
  });

  it('fails alone when a message leaves within send', async () => {
    const { bad, good, errors, closes, got } = await broken(codec, throws);
    bad.s.send(Buffer.alloc(100_000));
    good.s.send('still here');
    await until(() => closes.length === 1 && got.length === 1);
    expect(errors).toEqual(['no writes today']);
  });

  it('does not stay corked', async () => {
    let corked = -1;
    const { bad, closes } = await broken(codec, (raw) => {
      const { write } = raw;
      let count = 0;
      raw.write = (...args: unknown[]) => {
        if (++count < 2) return write.apply(raw, args);
        throw new Error('the second write');
      };
      raw.on('close', () => {
        corked = raw.writableCorked;
      });
    });
    bad.s.send(Buffer.alloc(40_000));
    await until(() => closes.length === 1);
    expect(corked).toBe(0);
  });
});

describe('a reader that does not read', () => {
  async function stalled(library: Any): Promise<{ s: Any; raw: Socket; chunks: Buffer[] }> {
    const connection = new Connection({ server: library, client: library });
    connections.push(connection);
    await connection.openRaw();
    const raw = connection.raw as Socket;
    const chunks: Buffer[] = [];
    raw.on('data', (chunk) => chunks.push(chunk));
    raw.pause();
    const { s } = connection;
    // Fills what the system buffers on the way.
    while (s._socket.writableLength === 0) {
      s.send(Buffer.alloc(60_000));
      await soon(1);
    }
    return { s, raw, chunks };
  }

  it.each([
    ['strings', () => 'x'.repeat(100)],
    ['bytes', () => Buffer.alloc(100, 1)],
    ['prepared messages', () => prepare('y'.repeat(100))],
    ['prepared messages of 20 bytes', () => prepare('z'.repeat(20))],
  ])('keeps alive little more than bufferedAmount: %s', async (_name, make) => {
    const { s } = await stalled(codec);
    const busy = await open(codec);
    const got = received(busy.c);
    const before = await arrayBufferBytes();
    const bufferedBefore = s.bufferedAmount;
    const count = 2000;
    for (let i = 0; i < count; i++) {
      s.send(make());
      // Another connection uses up memory in between.
      for (let j = 0; j < 8; j++) busy.s.send('w'.repeat(4000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => got.length === 8 * count);
    got.length = 0;
    const buffered = s.bufferedAmount - bufferedBefore;
    const held = (await arrayBufferBytes()) - before;
    expect(buffered).toBeGreaterThanOrEqual(count * 22);
    expect(held).toBeLessThan(2 * buffered + 200_000);
  });

  it.each(LIBRARIES)(
    'gets every message in order when it reads again: %s',
    async (_name, library) => {
      const { s, raw, chunks } = await stalled(library);
      let called = 0;
      for (let i = 0; i < 3000; i++) {
        if (i % 3 === 0) s.send(`message ${i}`, () => called++);
        else s.send(Buffer.from(`message ${i}`), { binary: false });
        if (i % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
        if (i % 500 === 0) s.send(Buffer.alloc(50_000));
      }
      expect(called).toBe(0);
      s.close(1000, 'done');
      raw.resume();
      const isDone = (): boolean =>
        Buffer.concat(chunks.slice(-2)).toString('latin1').endsWith('done');
      await until(() => called === 1000 && isDone());
      const texts = textsIn(Buffer.concat(chunks)).filter((one) => one.startsWith('message'));
      expect(texts).toEqual(Array.from({ length: 3000 }, (_, i) => `message ${i}`));
    },
  );
});

describe('prepared messages that are kept', () => {
  it('keep little memory alive', async () => {
    const before = await arrayBufferBytes();
    const kept: unknown[] = [];
    for (let i = 0; i < 2000; i++) {
      kept.push(prepare('a'.repeat(20)));
      for (let j = 0; j < 20; j++) prepare('b'.repeat(500));
    }
    expect((await arrayBufferBytes()) - before).toBeLessThan(kept.length * 2200);
  });
});

describe('frames do not wait', () => {
  /** Milliseconds of work. */
  function work(milliseconds: number): void {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
  }

  /** Writes of the server's socket so far. */
  function countWrites(s: Any): () => number {
    const { write } = s._socket;
    let count = 0;
    s._socket.write = (...args: unknown[]) => {
      count++;
      return write.apply(s._socket, args);
    };
    return () => count;
  }

  it.each(LIBRARIES)(
    'for a handler that works, awaits a promise and sends: %s',
    async (_name, library) => {
      const { s, c } = await open(library);
      const got = received(c);
      const writes = countWrites(s);
      const seen: number[] = [];
      s.on('message', async () => {
        for (let i = 0; i < 10; i++) {
          work(2);
          await null;
          s.send(`token ${i}`);
          seen.push(writes());
        }
      });
      c.send('go');
      await until(() => got.length === 10);
      for (const [i, count] of seen.entries()) expect(count).toBeGreaterThan(seen[i - 1] ?? 0);
    },
  );

  it('for a handler that works and sends without an end of its own', async () => {
    const { s, c } = await open(codec);
    const got = received(c);
    const writes = countWrites(s);
    const seen: number[] = [];
    s.on('message', () => {
      for (let i = 0; i < 100; i++) {
        s.send(`token ${i}`);
        work(0.3);
        seen.push(writes());
      }
    });
    c.send('go');
    await until(() => got.length === 100);
    // 30 ms of work: a frame waits half a millisecond, and what is sent until the next look at the clock.
    expect(seen.at(-1)).toBeGreaterThan(15);
  });

  it('for the end of the turn where a callback waits', async () => {
    const { s, c } = await open(codec);
    received(c);
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        setImmediate(() => {
          order.push('next turn');
          resolve();
        });
        s.send('x', () => order.push('written'));
      });
    });
    expect(order).toEqual(['written', 'next turn']);
  });

  it('in a stream made of a WebSocket: many writes arrive, in order', async () => {
    const { s, c } = await open(codec);
    const got = received(c);
    const stream = codec.createWebSocketStream(s);
    stream.on('error', () => {});
    for (let i = 0; i < 5000; i++) stream.write(`${i}`);
    await until(() => got.length === 5000);
    expect(got.every((data, i) => String(data) === `${i}`)).toBe(true);
  });
});

describe('a WebSocket', () => {
  it.each(VERSIONS)('is set up without detours: the listeners of %s are known', (version) => {
    const ws = classesOf(stock(version));
    const { setSocket } = ws.WebSocket.prototype;
    expect(wiringOf(ws, inspect(ws), setSocket).socket).not.toBeNull();
    const more: typeof setSocket = function (this: Any, raw, head, options) {
      setSocket.call(this, raw, head, options);
      raw.on('drain', () => {});
    };
    expect(wiringOf(ws, inspect(ws), more).socket).toBeNull();
  });

  it.each(VERSIONS)('keeps the shape that %s gives it', async (version) => {
    for (const library of [stock(version), accelerated(version)]) {
      const { s, c } = await open(library);
      for (const socket of [s, c]) {
        expect(hasFastProperties(socket)).toBe(true);
        expect(hasFastProperties(socket._sender)).toBe(true);
        expect(hasFastProperties(socket._receiver)).toBe(true);
      }
    }
  });

  it('has no event of its own more than ws emits, whoever listens', async () => {
    for (const [, library] of LIBRARIES) {
      const events: string[] = [];
      class Watched extends library.WebSocket {
        emit(event: string, ...args: unknown[]): boolean {
          events.push(event);
          return super.emit(event, ...args);
        }
      }
      const { c } = await open(library, { server: { WebSocket: Watched } });
      c.send('x');
      c.ping();
      c.close();
      await until(() => events.includes('close'));
      expect(events).toEqual(['open', 'message', 'ping', 'close']);
    }
  });
});

describe('a frame that is ready just before the peer ends', () => {
  it.each(LIBRARIES)('is written before the socket ends: %s', async (_name, library) => {
    const { s, c } = await open(library);
    const order: string[] = [];
    // As while a message is being compressed: the close frame that answers the peer's waits.
    s._sender._state = 1;
    c.close(1000);
    await until(() => s._closeFrameReceived);
    const { end, write } = s._socket;
    s._socket.end = (...args: unknown[]) => {
      order.push('end');
      return end.apply(s._socket, args);
    };
    s._socket.write = (...args: unknown[]) => {
      order.push('write');
      return write.apply(s._socket, args);
    };
    s._socket.prependListener('end', () => s._sender.sendFrame([Buffer.from([0x82, 0])]));
    const closed = once(s, 'close');
    c._socket.end();
    await closed;
    expect(order.slice(0, 2)).toEqual(['write', 'end']);
  });
});

describe('a stream in place of a socket', () => {
  it('that never says how much waits is written to all the same', async () => {
    const written: Uint8Array[] = [];
    const raw = new Duplex({
      read() {},
      write(bytes, _encoding, done) {
        written.push(bytes);
        setImmediate(done);
      },
    });
    Object.defineProperty(raw, 'writableLength', { value: undefined });
    const websocket = new codec.WebSocket(null, undefined, {});
    websocket._isServer = true;
    websocket.setSocket(raw, Buffer.alloc(0), {});
    for (let i = 0; i < 20; i++) {
      websocket.send(`${i}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => written.length > 0 && raw.writableLength === undefined);
    await soon(20);
    expect(textsIn(join(...written))).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
    raw.destroy();
  });
});

describe('memory that frames are built in', () => {
  it('is not written to while a stream keeps what it was given', async () => {
    const kept: [Uint8Array, string][] = [];
    const raw = new Duplex({
      read() {},
      write(bytes, _encoding, done) {
        kept.push([bytes, Buffer.from(bytes).toString('latin1')]);
        done();
      },
    });
    const websocket = new codec.WebSocket(null, undefined, {});
    websocket._isServer = true;
    websocket.setSocket(raw, Buffer.alloc(0), {});
    for (let i = 0; i < 500; i++) {
      websocket.send(`message ${i} ${'x'.repeat(i)}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(kept.length).toBe(500);
    for (const [bytes, then] of kept) expect(Buffer.from(bytes).toString('latin1')).toBe(then);
    raw.destroy();
  });

  it('is not written to while the write of a socket is watched', async () => {
    const { s, c } = await open(codec);
    const got = received(c);
    const kept: [Uint8Array, string][] = [];
    const { write } = s._socket;
    s._socket.write = (bytes: Uint8Array, ...rest: unknown[]) => {
      kept.push([bytes, Buffer.from(bytes).toString('latin1')]);
      return write.call(s._socket, bytes, ...rest);
    };
    for (let i = 0; i < 100; i++) {
      s.send(`message ${i}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => got.length === 100);
    for (const [bytes, then] of kept) expect(Buffer.from(bytes).toString('latin1')).toBe(then);
  });

  it('stays apart for many connections that send at once, fast and slow ones', async () => {
    const readers = await Promise.all(Array.from({ length: 8 }, () => open(codec)));
    const got = readers.map(({ c }) => received(c));
    for (const { c } of readers.slice(0, 4)) c.pause();
    const expected = readers.map((): string[] => []);
    for (let i = 0; i < 300; i++) {
      readers.forEach(({ s }, who) => {
        const text = `${who} ${i} ${String.fromCharCode(97 + who).repeat((i * 131 * (who + 1)) % 20_000)}`;
        expected[who].push(text);
        s.send(text);
      });
      if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { c } of readers.slice(0, 4)) c.resume();
    await until(() => got.every((messages) => messages.length === 300));
    got.forEach((messages, who) => {
      expect(messages.map(String)).toEqual(expected[who]);
    });
  });
});
