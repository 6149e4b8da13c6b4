// The entry `wsimd/ws` and what it has beside ws: accelerate, isAccelerated, broadcast, flush.

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import * as original from 'ws';
import * as inPage from '../../../src/adapters/ws/browser.ts';
import * as entry from '../../../src/adapters/ws/index.ts';
import { Connection, soon, until } from './support/connection.ts';
import { type Any, accelerated, stock, VERSIONS } from './support/libraries.ts';

const require = createRequire(import.meta.url);
const ours: Any = entry;
const libraries = { server: ours, client: ours };

async function withConnection(
  options: Parameters<Connection['open']>[0],
  use: (connection: Connection) => Promise<void>,
  both: { server: Any; client: Any } = libraries,
): Promise<void> {
  const connection = new Connection(both);
  try {
    await connection.open(options);
    await use(connection);
  } finally {
    await connection.dispose();
  }
}

describe('wsimd/ws', () => {
  it('exports what ws exports', () => {
    for (const name of Object.keys(original)) expect(ours[name], name).toBeDefined();
    expect(ours.default).toBe(ours.WebSocket);
    const required = require('ws');
    for (const name of Object.keys(required)) expect(ours.WebSocket[name], name).toBeDefined();
    expect(ours.WebSocket.name).toBe('WebSocket');
    expect(ours.WebSocketServer.name).toBe('WebSocketServer');
    expect(ours.Server).toBe(ours.WebSocketServer);
    expect(ours.WebSocket.OPEN).toBe(1);
  });

  it('has the same names in a page', () => {
    expect(Object.keys(inPage).sort()).toEqual(Object.keys(entry).sort());
  });

  it('makes accelerated instances of ws’s own classes, and leaves ws as it is', async () => {
    await withConnection({}, async ({ c, s, wss }) => {
      for (const socket of [c, s]) {
        expect(socket).toBeInstanceOf(original.WebSocket);
        expect(socket).toBeInstanceOf(ours.WebSocket);
        expect(entry.isAccelerated(socket)).toBe(true);
      }
      expect(wss).toBeInstanceOf(original.WebSocketServer);
      expect(wss.clients.has(s)).toBe(true);
    });
    expect(entry.isAccelerated(new (original.WebSocket as Any)(null, undefined, {}))).toBe(false);
    expect(entry.isAccelerated(null)).toBe(false);
    expect(entry.isAccelerated({})).toBe(false);
  });

  it('can be subclassed, and a server takes the subclass', async () => {
    class Mine extends ours.WebSocket {
      greet() {
        (this as Any).send('hello from mine');
      }
    }
    await withConnection({ server: { WebSocket: Mine } }, async ({ c, s }) => {
      expect(s).toBeInstanceOf(Mine);
      const heard = once(c, 'message');
      s.greet();
      expect(String((await heard)[0])).toBe('hello from mine');
      expect(entry.isAccelerated(s)).toBe(true);
    });
  });
});

describe('accelerate', () => {
  it.each(VERSIONS)('%s: changes the classes in place, once', (version) => {
    const ws = stock(version);
    const { setSocket } = ws.WebSocket?.prototype ?? ws.prototype;
    expect(entry.accelerate(ws)).toBe(ws);
    expect(entry.isAccelerated(ws.prototype)).toBe(true);
    expect(ws.prototype.setSocket).not.toBe(setSocket);
    const again = ws.prototype.setSocket;
    entry.accelerate(ws);
    expect(ws.prototype.setSocket).toBe(again);
    expect(Object.keys(ws.prototype)).toEqual(Object.keys(stock(version).prototype));
  });

  it.each([
    ['ws 8.4', () => stock('ws-8.4'), 'no option WebSocket'],
    ['the class alone', () => class WebSocket {}, 'no Server'],
    ['a browser’s module', () => ({ WebSocket: class {} }), 'no Server'],
    ['nothing', () => undefined, 'not a module'],
    [
      'another’s implementation',
      () => ({
        WebSocket: class {},
        WebSocketServer: class {},
        Receiver: class {},
        Sender: class {},
      }),
      'no setSocket',
    ],
    [
      'Bun’s own, whose Receiver cannot be made',
      () => {
        class Server {
          options = { WebSocket: class {} };
        }
        class Receiver {
          constructor() {
            throw new Error('Not supported yet in Bun');
          }
        }
        const WebSocket = class {
          setSocket() {}
        };
        return { WebSocket, Server, Receiver, Sender: class {} };
      },
      'Not supported yet in Bun',
    ],
  ])('refuses %s, and says why', (_name, load, why) => {
    expect(() => entry.accelerate(load())).toThrow(why);
    expect(() => entry.accelerate(load())).toThrow('8.5');
  });
});

describe('an unknown flush policy', () => {
  const unknown = ['bogus', null, 0, {}, Symbol('turn')].map((flush) => ({ flush }));

  it.each(unknown)('is rejected by accelerate, which leaves ws as it was: $flush', ({ flush }) => {
    const ws = stock('ws');
    const { setSocket, send, terminate } = ws.prototype;
    expect(() => entry.accelerate(ws, { flush } as Any)).toThrow(TypeError);
    expect(ws.prototype).toMatchObject({ setSocket, send, terminate });
    expect(entry.isAccelerated(ws.prototype)).toBe(false);
    entry.accelerate(ws);
    expect(() => entry.accelerate(ws, { flush } as Any)).toThrow(TypeError);
  });

  it.each(unknown)('is rejected by clients before they connect: $flush', async ({ flush }) => {
    const from: (number | undefined)[] = [];
    const listener = createServer((socket) => {
      from.push(socket.remotePort);
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const url = `ws://127.0.0.1:${port}`;
    try {
      for (const given of [
        [{ flush }],
        [[], { flush }],
        [undefined, { flush }],
        ['a', { flush }],
      ]) {
        expect(() => new ours.WebSocket(url, ...given)).toThrow(TypeError);
      }
      // Connects after those above, had they connected.
      const last = createConnection(port, '127.0.0.1');
      await once(last, 'connect');
      const { localPort } = last;
      await until(() => from.includes(localPort));
      last.destroy();
      expect(from).toEqual([localPort]);
    } finally {
      await new Promise((resolve) => listener.close(resolve));
    }
  });

  it.each(unknown)('is rejected by servers before they listen: $flush', async ({ flush }) => {
    await soon(); // Handles of servers before are closed by then.
    const http = createHttpServer();
    expect(() => new ours.WebSocketServer({ server: http, flush })).toThrow(TypeError);
    expect(http.listenerCount('upgrade')).toBe(0);
    const listeners = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap');
    const before = listeners();
    expect(() => new ours.WebSocketServer({ host: '127.0.0.1', port: 0, flush })).toThrow(
      TypeError,
    );
    await soon();
    expect(listeners()).toEqual(before);
  });
});

describe('flush', () => {
  /** Writes the server’s socket gets for three messages of one tick. */
  async function writesOf(options: object): Promise<number> {
    let writes = 0;
    await withConnection({ server: options }, async ({ c, s }) => {
      const { _socket: socket } = s;
      const { write } = socket;
      socket.write = (...args: unknown[]) => {
        writes++;
        return write.apply(socket, args);
      };
      let heard = 0;
      c.on('message', () => heard++);
      s.send('one');
      s.send('two');
      s.send('three');
      await until(() => heard === 3);
    });
    return writes;
  }

  it.each([
    ['turn', 1],
    ['tick', 1],
    ['immediate', 3],
    [undefined, 1],
  ])('%s: %i writes', async (flush, count) => {
    expect(await writesOf(flush === undefined ? {} : { flush })).toBe(count);
  });

  it('does not wait where much is queued, nor where the socket closes', async () => {
    await withConnection({}, async ({ s }) => {
      s.send(Buffer.alloc(1 << 20));
      expect(s._sender._bufferedBytes).toBe(0);
      s.send('small');
      expect(s._sender._bufferedBytes).toBe(7);
      s.close();
      expect(s._sender._bufferedBytes).toBe(0);
    });
  });

  it('gathers what is sent inside ‘open’ and ‘connection’, too', async () => {
    const queued: number[] = [];
    const connection = new Connection(libraries);
    const send = (socket: Any) => {
      socket.send('one');
      socket.send('two');
      queued.push(socket._sender._bufferedBytes);
    };
    try {
      await connection.open({}, { whenOpen: send, onConnection: send });
      expect(queued).toEqual([2 * (2 + 3), 2 * (6 + 3)]);
      await until(() => connection.log.server.length === 2 && connection.log.client.length === 2);
    } finally {
      await connection.dispose();
    }
  });

  it('of a client, by its options', async () => {
    await withConnection({ client: { flush: 'immediate' } }, async ({ c }) => {
      c.send('now');
      expect(c._sender._bufferedBytes).toBe(0);
    });
  });
});

describe('callbacks', () => {
  it('are all called, though one throws', async () => {
    const seen: string[] = [];
    const uncaught = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => seen.push(error.message));
    try {
      await withConnection({}, async ({ c }) => {
        c.send('1', () => seen.push('1'));
        c.send('2', () => {
          throw new Error('2');
        });
        c.send('3', () => seen.push('3'));
        await until(() => seen.length === 3);
      });
      expect(seen.sort()).toEqual(['1', '2', '3']);
    } finally {
      for (const listener of uncaught) process.on('uncaughtException', listener as never);
    }
  });

  it('get an error where the socket was destroyed before the flush', async () => {
    await withConnection({}, async ({ c }) => {
      const failed = new Promise<Error>((resolve) => c.send('lost', resolve));
      c._socket.destroy();
      expect(((await failed) as Any).code).toBe('ERR_STREAM_DESTROYED');
    });
  });
});

describe('broadcast', () => {
  const data = ['text', '안녕', Buffer.from([1, 2, 255]), new Uint8Array(5000), 'x'.repeat(10_000)];

  async function play(
    both: { server: Any; client: Any },
    perMessageDeflate: boolean,
  ): Promise<void> {
    const options = { server: { perMessageDeflate }, client: { perMessageDeflate } };
    await withConnection(
      options,
      async ({ c, s, wss }) => {
        const heard: [Buffer, boolean][] = [];
        c.on('message', (...args: [Buffer, boolean]) => heard.push(args));
        const other = new both.client.WebSocket(c.url, options.client);
        await once(other, 'open');
        other.on('message', (...args: [Buffer, boolean]) => heard.push(args));
        await until(() => wss.clients.size === 2);
        s.send('before');
        for (const one of data) {
          expect(entry.broadcast(wss.clients, one as Any)).toBe(2);
          expect(entry.broadcast(wss.clients, entry.prepare(one as Any))).toBe(2);
        }
        s.send('after');
        await until(() => heard.length === 2 + 4 * data.length);
        const ofOne = heard.filter(
          ([text]) => String(text) !== 'before' && String(text) !== 'after',
        );
        for (const one of data) {
          const same = ofOne.filter(([got]) => got.equals(Buffer.from(one as Any)));
          expect(same).toHaveLength(4);
          for (const [, isBinary] of same) expect(isBinary).toBe(typeof one !== 'string');
        }
        other.terminate();
        await until(() => wss.clients.size === 1);
        expect(entry.broadcast([other, ...wss.clients], 'x')).toBe(1);
      },
      both,
    );
  }

  it.each([false, true])('reaches all that are open (deflate: %s)', (deflate) =>
    play(libraries, deflate),
  );

  it.each(VERSIONS)('reaches the sockets of %s, accelerated or not', async (version) => {
    await play({ server: accelerated(version), client: stock(version) }, false);
    await play({ server: stock(version), client: accelerated(version) }, false);
  });

  it('compresses once where contexts are not taken over', async () => {
    const perMessageDeflate = { serverNoContextTakeover: true, threshold: 100 };
    const options = { server: { perMessageDeflate }, client: { perMessageDeflate: true } };
    await withConnection(options, async ({ c, s, wss }) => {
      const other = new ours.WebSocket(c.url, { perMessageDeflate: true });
      await once(other, 'open');
      const heard: string[] = [];
      for (const client of [c, other]) {
        client.on('message', (data: Buffer) => heard.push(String(data)));
      }
      await until(() => wss.clients.size === 2);
      const taken: Uint8Array[] = [];
      for (const one of wss.clients) {
        const { write } = one._socket;
        one._socket.write = (bytes: Uint8Array, ...rest: unknown[]) => {
          taken.push(bytes);
          return write.call(one._socket, bytes, ...rest);
        };
      }
      const text = '반복되는 말 '.repeat(100);
      entry.broadcast(wss.clients, text);
      entry.broadcast(wss.clients, 'short');
      s.send(entry.prepare(text), { compress: false });
      await until(() => heard.length === 5);
      expect(heard.filter((one) => one === text)).toHaveLength(3);
      expect(heard.filter((one) => one === 'short')).toHaveLength(2);
      const [first, second] = taken.map((bytes) => Buffer.from(bytes).subarray(0, 20));
      expect(first[0]).toBe(0xc1);
      expect(first.equals(second)).toBe(true);
      expect(c.extensions).toContain('permessage-deflate');
      other.terminate();
    });
  });

  it('keeps its place behind what ws has queued', async () => {
    await withConnection({}, async ({ c, s }) => {
      const heard: string[] = [];
      c.on('message', (text: Buffer) => heard.push(String(text)));
      s.send(new Blob(['from a blob']));
      s.send(entry.prepare('prepared'));
      s.send('last', () => heard.push('called back'));
      await until(() => heard.length === 4);
      expect(heard.filter((text) => text !== 'called back')).toEqual([
        'from a blob',
        'prepared',
        'last',
      ]);
    });
  });

  it('of an empty message, and from a client, which masks each', async () => {
    await withConnection({}, async ({ c, s }) => {
      const heard: string[] = [];
      s.on('message', (text: Buffer) => heard.push(String(text)));
      const message = entry.prepare('from the client');
      c.send(message);
      c.send(message, { fin: true });
      c.send(entry.prepare(''));
      await until(() => heard.length === 3);
      expect(heard).toEqual(['from the client', 'from the client', '']);
      await soon();
    });
  });
});
