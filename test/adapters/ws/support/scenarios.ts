// What a program can do with ws, scenario by scenario. Each returns what was said; that must be the same
// whichever library is at either end.

import { once } from 'node:events';
import { type Connection, describe, soon, until } from './connection.ts';
import type { Any } from './libraries.ts';

type Scenario = (connection: Connection) => Promise<unknown>;

const korean = '안녕하세요, 세계! 👋 '.repeat(400);
const bytes = (length: number): Buffer => Buffer.alloc(length).map((_, i) => i * 7) as Buffer;

/** Sends to the server, which sends back, and closes when `count` came. */
async function echo(
  connection: Connection,
  sends: readonly (readonly unknown[])[],
  options: Parameters<Connection['open']>[0] = {},
  count = sends.length,
): Promise<unknown> {
  await connection.open(options, {
    onConnection: (s) => s.on('message', (data: Any, binary: boolean) => s.send(data, { binary })),
    whenOpen: (c) => {
      let seen = 0;
      c.on('message', () => {
        if (++seen === count) c.close(1000, '안녕');
      });
      for (const args of sends) c.send(...args);
    },
  });
  return connection.closed();
}

const KINDS: readonly (readonly unknown[])[] = [
  ['text'],
  [''],
  [korean],
  [Buffer.alloc(0)],
  [Buffer.from('bytes')],
  [bytes(125)],
  [bytes(126)],
  [bytes(4095)],
  [bytes(4096)],
  [bytes(65_535)],
  [bytes(65_536)],
  [bytes(300_000)],
  ['x'.repeat(70_000)],
  [42],
  [new Uint8Array([1, 2, 3]).buffer],
  [new Uint16Array([1, 2, 3])],
  [new DataView(new ArrayBuffer(3))],
  [[1, 2, 3]],
  [Buffer.from('bytes as text'), { binary: false }],
  ['text as bytes', { binary: true }],
  ['binary undefined', { binary: undefined }],
  [bytes(200), { compress: false }],
  [bytes(200), { fin: true }],
];

export const SCENARIOS: Record<string, Scenario> = {
  'every kind of message, echoed': (connection) => echo(connection, KINDS),

  'many small messages at once': (connection) =>
    echo(
      connection,
      Array.from({ length: 3000 }, (_, i) => [`message ${i}`]),
    ),

  'fragments, with a ping between': (connection) =>
    echo(
      connection,
      [
        ['one ', { fin: false }],
        ['two ', { fin: false, binary: true }],
        ['three', { fin: true }],
        ['whole'],
        [bytes(5000), { fin: false }],
        [bytes(70_000), { fin: true }],
      ],
      {},
      3,
    ),

  async 'callbacks of send, in order'(connection) {
    const order: unknown[] = [];
    const note = (name: string) => (error?: Error | null) =>
      order.push([name, error === undefined || error === null ? 'ok' : error.message]);
    await connection.open();
    const { c } = connection;
    c.send('a', note('a'));
    c.send(bytes(100_000), note('b'));
    c.send('c', {}, note('c'));
    c.ping('d', undefined, note('d'));
    c.pong('e', note('e'));
    c.send('f', { fin: false }, note('f'));
    c.send('g', note('g'));
    await until(() => order.length === 7);
    c.close();
    c.send('too late', note('h'));
    c.ping('too late', note('i'));
    await connection.closed();
    c.send('far too late', note('j'));
    await soon();
    return [order, connection.log];
  },

  async 'pings and pongs, from both ends'(connection) {
    await connection.open();
    const { c, s } = connection;
    c.ping();
    c.ping('from the client');
    s.ping(Buffer.from('from the server'));
    s.pong('unasked');
    c.pong(Buffer.alloc(125, 1));
    await until(() => connection.log.client.length >= 4 && connection.log.server.length >= 4);
    c.close(1000);
    return connection.closed();
  },

  async 'no pong where autoPong is off'(connection) {
    await connection.open({ server: { autoPong: false } });
    connection.c.ping('unanswered');
    connection.c.send('after');
    await until(() => connection.log.server.length >= 2);
    connection.c.close(1000);
    return connection.closed();
  },

  async 'data too long for a control frame throws'(connection) {
    await connection.open();
    const thrown: unknown[] = [];
    for (const act of [
      () => connection.c.ping('x'.repeat(126)),
      () => connection.c.close(1006),
      () => connection.c.close(1000, 'x'.repeat(124)),
    ]) {
      try {
        act();
        thrown.push('nothing');
      } catch (error) {
        thrown.push((error as Error).message);
      }
    }
    // Before 8.21 the close that threw has begun all the same, and would wait half a minute.
    const { readyState } = connection.c;
    connection.c.terminate();
    return [thrown, readyState, await connection.closed()];
  },

  async 'sending before it is open throws'(connection) {
    const thrown: string[] = [];
    const whenMade = (c: Any): void => {
      for (const act of ['send', 'ping', 'pong']) {
        try {
          c[act]('early');
        } catch (error) {
          thrown.push((error as Error).message);
        }
      }
    };
    await connection.open({}, { whenMade });
    connection.c.close();
    return [thrown, await connection.closed()];
  },

  async 'closing while connecting'(connection) {
    const whenMade = (c: Any): void => c.close();
    const opening = connection.open({}, { whenMade }).catch(() => 'not opened');
    await until(() => connection.c !== undefined);
    await until(() => connection.c.readyState === 3);
    await Promise.race([opening, soon()]);
    return connection.log.client;
  },

  ...Object.fromEntries(
    [[], [1000], [1001, 'going'], [3000, '이유'], [4999, Buffer.from('bytes')]].map((args) => [
      `close(${args.map(String).join(', ')}) from either end`,
      async (connection: Connection) => {
        await connection.open();
        connection.c.send('last words');
        connection.c.close(...args);
        const fromClient = structuredClone(await connection.closed());
        return fromClient;
      },
    ]),
  ),

  async 'the server closes, with messages before'(connection) {
    await connection.open(
      {},
      {
        onConnection: (s) => {
          s.send('one');
          s.send(bytes(10_000));
          s.close(1013, 'try later');
          s.send('never', () => {});
        },
      },
    );
    return connection.closed();
  },

  async 'both ends close at once'(connection) {
    await connection.open();
    connection.c.close(1000, 'client');
    connection.s.close(1001, 'server');
    return connection.closed();
  },

  async 'what was sent before terminate arrives'(connection) {
    await connection.open();
    connection.c.send('one');
    connection.c.send('two');
    connection.c.terminate();
    const { server } = await connection.closed();
    return [server, connection.log.client];
  },

  async 'the server terminates'(connection) {
    await connection.open();
    connection.s.send('one');
    connection.s.terminate();
    return connection.closed();
  },

  async 'the socket is destroyed under it'(connection) {
    await connection.open();
    connection.s._socket.destroy();
    return connection.closed();
  },

  async 'the other end half-closes: what was sent still arrives'(connection) {
    await connection.open({}, { onConnection: (s) => s.on('message', () => s.send('answer')) });
    connection.c.send('question');
    await until(() => connection.log.server.length === 1);
    connection.c._socket.end();
    return connection.closed();
  },

  async 'an error on the socket'(connection) {
    await connection.open();
    connection.c._socket.destroy(new Error('cut'));
    return connection.closed();
  },

  async 'pause and resume'(connection) {
    await connection.open();
    const { c, s, log } = connection;
    s.pause();
    const states = [s.isPaused];
    for (let i = 0; i < 50; i++) c.send(`message ${i}`);
    await soon(50);
    const before = log.server.length;
    s.resume();
    states.push(s.isPaused);
    await until(() => log.server.length === 50);
    c.close(1000);
    await connection.closed();
    s.pause();
    s.resume();
    return [before, states, log];
  },

  async 'paused when the other end closes: messages are not lost'(connection) {
    await connection.open();
    connection.s.pause();
    connection.c.send('one');
    connection.c.send('two');
    connection.c.close(1000, 'bye');
    await soon(50);
    connection.s.resume();
    return connection.closed();
  },

  ...Object.fromEntries(
    ['nodebuffer', 'arraybuffer', 'fragments'].map((type) => [
      `binaryType ${type}`,
      async (connection: Connection) => {
        await connection.open(
          {},
          {
            onConnection: (s) => {
              s.binaryType = type;
            },
          },
        );
        for (const data of ['text', bytes(0), bytes(10), bytes(100_000)]) connection.c.send(data);
        connection.c.close();
        const log = await connection.closed();
        return [connection.s.binaryType, log];
      },
    ]),
  ),

  async 'listeners of the web’s kind'(connection) {
    const seen: unknown[] = [];
    await connection.open(
      {},
      {
        onConnection: (s) => {
          s.onmessage = (event: Any) => s.send(event.data);
        },
        whenOpen: (c) => {
          c.addEventListener('message', (event: Any) =>
            seen.push(['message', describe(event.data)]),
          );
          c.addEventListener('close', (event: Any) =>
            seen.push(['close', event.code, event.reason, event.wasClean]),
          );
          c.onmessage = (event: Any) => {
            seen.push(['onmessage', event.type, event.target === c]);
            c.onmessage = null;
            c.close(1000, 'done');
          };
          c.send('hello');
        },
      },
    );
    await connection.closed();
    return seen;
  },

  async 'bufferedAmount rises and falls'(connection) {
    await connection.open();
    const { c } = connection;
    const amounts = [c.bufferedAmount];
    c._socket.cork();
    c.send('12345');
    amounts.push(c.bufferedAmount);
    c.send(bytes(5000));
    amounts.push(c.bufferedAmount);
    c._socket.uncork();
    await until(() => c.bufferedAmount === 0);
    c.close();
    await connection.closed();
    const after = c.bufferedAmount;
    c.send('never sent');
    return [amounts, after, c.bufferedAmount];
  },

  async 'subprotocols, by the server’s choice'(connection) {
    const handleProtocols = (protocols: Set<string>) => [...protocols].reverse()[0];
    await connection.open({ server: { handleProtocols }, protocols: ['v1.chat', 'v2.chat'] });
    connection.c.close();
    await connection.closed();
    return [connection.c.protocol, connection.s.protocol, connection.c.extensions];
  },

  async 'maxPayload of the server'(connection) {
    await connection.open({ server: { maxPayload: 1000 } });
    connection.c.send(bytes(1000));
    connection.c.send(bytes(1001));
    return connection.closed();
  },

  async 'maxPayload of the client, over fragments'(connection) {
    await connection.open({ client: { maxPayload: 1000 } });
    connection.s.send(bytes(600), { fin: false });
    connection.s.send(bytes(600), { fin: true });
    return connection.closed();
  },

  async 'one event a turn, where that is asked'(connection) {
    await connection.open({ server: { allowSynchronousEvents: false } });
    const { c, s, log } = connection;
    let turn = 0;
    let isWatching = true;
    const watch = () => {
      turn++;
      if (isWatching) setImmediate(watch);
    };
    const turns: number[] = [];
    s.on('message', () => turns.push(turn));
    watch();
    for (let i = 0; i < 20; i++) c.send(`m${i}`);
    c.ping('p');
    c.close(1000, 'bye');
    await connection.closed();
    isWatching = false;
    // Before 8.17 the option is not known.
    return [new Set(turns).size > 10, log];
  },

  async 'a masking key of the caller’s'(connection) {
    const keys: number[] = [];
    const generateMask = (mask: Buffer) => {
      mask.writeInt32LE(keys.length * 0x01010101);
      keys.push(mask.length);
    };
    await connection.open({ client: { generateMask } });
    for (const size of [0, 5, 200, 5000, 70_000]) connection.c.send(bytes(size));
    connection.c.ping('p');
    connection.c.close(1000);
    const log = await connection.closed();
    return [keys.length, log];
  },

  async 'a stream over it'(connection) {
    await connection.open();
    const { createWebSocketStream } = connection.clientLibrary;
    const there = connection.serverLibrary.createWebSocketStream(connection.s);
    const here = createWebSocketStream(connection.c);
    there.pipe(there);
    const received: Buffer[] = [];
    here.on('data', (chunk: Buffer) => received.push(chunk));
    for (let i = 0; i < 40; i++) here.write(bytes(30_000));
    await until(() => received.reduce((sum, chunk) => sum + chunk.length, 0) === 1_200_000);
    here.end();
    await once(here, 'end');
    return [describe(Buffer.concat(received)), connection.log.client.at(-1)];
  },
};

const DEFLATE: Record<string, object> = {
  'context takeover': {},
  'no context takeover': { serverNoContextTakeover: true, clientNoContextTakeover: true },
  'window bits': { serverMaxWindowBits: 9, clientMaxWindowBits: 10 },
  threshold: { threshold: 0 },
};

for (const [name, options] of Object.entries(DEFLATE)) {
  const perMessageDeflate = { threshold: 100, ...options };
  SCENARIOS[`permessage-deflate: ${name}`] = async (connection) => {
    const client = { perMessageDeflate };
    const log = await echo(connection, KINDS, { server: { perMessageDeflate }, client });
    return [connection.c.extensions, log];
  };
}

SCENARIOS['permessage-deflate: order among pings, fragments and close'] = async (connection) => {
  const perMessageDeflate = { threshold: 0 };
  await connection.open({ server: { perMessageDeflate }, client: { perMessageDeflate } });
  const { c } = connection;
  c.send(korean);
  c.ping('1');
  c.send('uncompressed', { compress: false });
  c.send(korean, { fin: false });
  c.send(korean);
  c.ping('2');
  c.send(bytes(100_000));
  c.close(1000, 'after all');
  return connection.closed();
};

SCENARIOS['permessage-deflate: a bomb stops at maxPayload'] = async (connection) => {
  await connection.open({
    server: { perMessageDeflate: true, maxPayload: 100_000 },
    client: { perMessageDeflate: true },
  });
  connection.c.send(Buffer.alloc(90_000));
  connection.c.send(Buffer.alloc(10_000_000));
  return connection.closed();
};
