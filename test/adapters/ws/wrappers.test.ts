// Tracing tools wrap the methods of ws's WebSocket. They must see what is sent and received, whether they came before
// the codec or after it, and whether the codec is in ws's own class or in a subclass.

import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import * as original from 'ws';
import * as entry from '../../../src/adapters/ws/index.ts';
import { Connection, until } from './support/connection.ts';
import { type Any, stock } from './support/libraries.ts';

const METHODS = ['send', 'ping', 'pong', 'close', 'terminate', 'emit', 'setSocket'] as const;
type Method = (typeof METHODS)[number];

const restore: (() => void)[] = [];
let connection: Connection | undefined;
afterEach(async () => {
  await connection?.dispose();
  connection = undefined;
  for (const undo of restore.splice(0)) undo();
});

/** Wraps all methods of a class as a tracer does, and returns the calls it sees, by method. */
function trace(Class: Any): Record<Method, unknown[][]> {
  const seen = {} as Record<Method, unknown[][]>;
  for (const method of METHODS) {
    seen[method] = [];
    const own = Object.getOwnPropertyDescriptor(Class.prototype, method);
    const wrapped = Class.prototype[method];
    Class.prototype[method] = function (this: unknown, ...args: unknown[]) {
      seen[method].push(args);
      return wrapped.apply(this, args);
    };
    restore.push(() => {
      if (own === undefined) delete Class.prototype[method];
      else Object.defineProperty(Class.prototype, method, own);
    });
  }
  return seen;
}

/** Says one of each, and expects a tracer of both ends to have seen all of it. */
async function talkUnder(library: Any, seen: Record<Method, unknown[][]>): Promise<void> {
  connection = new Connection({ server: library, client: library });
  const { s, c, log } = await connection.open();
  s.send('text');
  s.send(Buffer.from('bytes'), { binary: true });
  s.send('with a callback', () => {});
  s.send(entry.prepare('prepared'));
  s.ping('ping');
  s.pong('pong');
  // Five messages to the client, one ping and one pong; the client answers the ping.
  await until(() => log.client.length === 6 && log.server.length === 1);
  s.close(1000, 'bye');
  await once(c, 'close');
  const second = new library.WebSocket(c.url);
  await once(second, 'open');
  second.terminate();
  await once(second, 'close');

  const texts = seen.send.map(([data]) => String((data as Any).payload ?? data));
  expect(texts).toEqual([...['text', 'bytes', 'with a callback', 'prepared']]);
  expect(seen.ping.length).toBe(1);
  // One by the user, one in answer to the ping.
  expect(seen.pong.length).toBe(2);
  expect(seen.close.length).toBeGreaterThanOrEqual(2);
  expect(seen.terminate.length).toBeGreaterThanOrEqual(1);
  expect(seen.setSocket.length).toBe(4);
  const events = seen.emit.map(([event]) => event);
  for (const event of ['open', 'message', 'ping', 'pong', 'close']) expect(events).toContain(event);
  expect(events.filter((event) => event === 'message')).toHaveLength(4);
}

describe('a tracer', () => {
  it('that wraps ws after it was accelerated sees everything', async () => {
    const library = stock('ws');
    entry.accelerate(library);
    await talkUnder(library, trace(library.WebSocket));
  });

  it('that wrapped ws before it was accelerated sees everything', async () => {
    const library = stock('ws');
    const seen = trace(library.WebSocket);
    entry.accelerate(library);
    seen.setSocket.length = 0;
    await talkUnder(library, seen);
  });

  it('that wraps the WebSocket of wsimd/ws sees everything', async () => {
    await talkUnder(entry, trace(entry.WebSocket));
  });

  it('that wraps the WebSocket of ws after wsimd/ws was loaded sees everything', async () => {
    await talkUnder(entry, trace(original.WebSocket));
  });

  it('that takes its wrappers off again costs nothing: messages are gathered as before', async () => {
    trace(original.WebSocket);
    for (const undo of restore.splice(0)) undo();
    connection = new Connection({ server: entry, client: entry });
    const { s } = await connection.open();
    s.send('one');
    s.send('two');
    expect(s._sender._bufferedBytes).toBe(10);
  });
});

describe('a wrapper of one WebSocket', () => {
  it('of its emit sees open, message and close', async () => {
    const events: unknown[] = [];
    connection = new Connection({ server: entry, client: entry });
    const { c } = await connection.open(
      {},
      {
        whenMade(socket) {
          const { emit } = socket;
          socket.emit = (event: string, ...args: unknown[]) => {
            events.push(event);
            return emit.call(socket, event, ...args);
          };
        },
        onConnection: (s) => s.send('hello'),
      },
    );
    await until(() => events.includes('message'));
    c.close();
    await once(c, 'close');
    expect(events.filter((event) => event !== 'upgrade' && event !== 'redirect')).toEqual([
      ...['open', 'message', 'close'],
    ]);
  });
});
