// Over real TCP, against ws at the other end.

import { EventEmitter, getEventListeners, once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import type { Message } from '../../src/streams/message-streams.ts';
import type { ClientOptions, ServerOptions } from '../../src/streams/options.ts';
import { socketTransport } from '../../src/streams/socket-transport.ts';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { frame, utf8 } from '../support/bytes.ts';
import { connected, failureOf, Peer } from '../support/transports.ts';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const portOf = (server: Server | HttpServer): number => (server.address() as AddressInfo).port;

/** A server on ws, and a client of ours over TCP. */
async function toWs(
  onConnection: (socket: WebSocket) => void,
  options: Partial<ClientOptions> = {},
  serverOptions: object = {},
): Promise<WebSocketOverStream> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...serverOptions });
  open.push(server);
  server.on('connection', onConnection);
  await once(server, 'listening');
  const port = (server.address() as AddressInfo).port;
  const tcp = connect(port, '127.0.0.1');
  await once(tcp, 'connect');
  const transport = socketTransport(tcp);
  return new WebSocketOverStream(transport, { url: `ws://127.0.0.1:${port}/`, ...options });
}

/** A server of ours over TCP, and a client on ws. */
async function fromWs(
  onSocket: (socket: WebSocketOverStream) => unknown,
  protocols: string[] = [],
  options: Partial<ServerOptions> = {},
): Promise<WebSocket> {
  const server = createTcpServer((tcp) => {
    onSocket(new WebSocketOverStream(socketTransport(tcp), { role: 'server', ...options }));
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new WebSocket(`ws://127.0.0.1:${portOf(server)}/`, protocols);
}

describe('a client against a ws server', () => {
  it('receives Korean text, fragments, a ping and a close with reason', async () => {
    let ponged = '';
    const socket = await toWs((ws) => {
      ws.on('message', (data) => {
        ws.send(data.toString());
        ws.ping('살아 있니');
      });
      ws.on('pong', (data) => {
        ponged = data.toString();
        ws.send('조', { fin: false });
        ws.send('각', { fin: true });
        ws.close(4001, '안녕히 가세요');
      });
    });
    const { writable } = await socket.opened;
    await writable.getWriter().write('안녕하세요 👋');
    const messages: Message[] = [];
    for await (const message of socket) messages.push(message);
    expect(messages).toEqual(['안녕하세요 👋', '조각']);
    expect(ponged).toBe('살아 있니');
    expect(await socket.closed).toEqual({ closeCode: 4001, reason: '안녕히 가세요' });
  });

  it('echoes 8 MiB and Korean text in order', async () => {
    const socket = await toWs((ws) => {
      ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
    });
    const large = new Uint8Array(8 << 20).map((_, i) => i * 31);
    const { readable, writable } = await socket.opened;
    const writer = writable.getWriter();
    const reader = readable.getReader();
    void writer.write('가'.repeat(100_000));
    void writer.write(large);
    void writer.write('끝');
    expect((await reader.read()).value).toBe('가'.repeat(100_000));
    const { value } = await reader.read();
    expect(Buffer.from(value as Uint8Array).equals(large)).toBe(true);
    expect((await reader.read()).value).toBe('끝');
    await writer.close();
    expect((await socket.closed).closeCode).toBe(1000);
  });

  it('after an invalid message, the server has the messages before it and 1011, and both sockets close', async () => {
    const seen: string[] = [];
    const ended = new Promise((resolve) => {
      void toWs((ws) => {
        ws.on('message', (data) => seen.push(String(data)));
        ws.on('close', resolve);
      }).then(async (socket) => {
        const writer = socket.writable.getWriter();
        writer.closed.catch(() => {});
        void writer.write('before it');
        expect(await failureOf(writer.write({} as never))).toBeInstanceOf(TypeError);
        expect(await failureOf(socket.closed)).toMatchObject({ code: 'WS_ERR_WRITE_FAILED' });
      });
    });
    expect([await ended, seen]).toEqual([1011, ['before it']]);
  });

  it('refuses 1 MiB of interim responses and closes the socket', async () => {
    const server = createTcpServer((tcp) => {
      tcp.on('error', () => {});
      tcp.write('HTTP/1.1 100\r\n\r\n'.repeat(65_536));
    });
    open.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tcp = connect(portOf(server), '127.0.0.1');
    const closed = once(tcp, 'close');
    const options = { url: 'ws://127.0.0.1/', closeTimeout: 100 };
    const socket = new WebSocketOverStream(socketTransport(tcp), options);
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_TOO_LARGE' });
    await closed;
  });

  it('agrees on a subprotocol by the client’s order', async () => {
    const socket = await toWs(
      (ws) => ws.close(1000),
      { protocols: ['chat.v2', 'chat.v1'] },
      { handleProtocols: (offered: Set<string>) => (offered.has('chat.v1') ? 'chat.v1' : false) },
    );
    expect((await socket.opened).protocol).toBe('chat.v1');
    expect((await socket.closed).closeCode).toBe(1000);
  });

  it('reports a refusal', async () => {
    const socket = await toWs(
      () => {},
      { headers: { Origin: 'https://elsewhere' } },
      {
        verifyClient: (
          info: { origin: string },
          done: (ok: boolean, status: number, message: string) => void,
        ) => done(info.origin === 'https://here', 403, '너는 안 돼'),
      },
    );
    const error = await failureOf(socket.opened);
    expect(error).toMatchObject({ code: 'WS_ERR_HANDSHAKE_REFUSED', status: 403 });
    expect((error as { body?: string }).body).toBe('너는 안 돼');
  });

  it('reports a plain HTTP response', async () => {
    const server = createServer((_, response) => response.writeHead(404).end('nothing here'));
    open.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tcp = connect(portOf(server), '127.0.0.1');
    await once(tcp, 'connect');
    const socket = new WebSocketOverStream(socketTransport(tcp), {
      url: 'ws://127.0.0.1/',
    });
    expect(await failureOf(socket.opened)).toMatchObject({ status: 404, name: 'HandshakeError' });
  });

  it('reports 1006 if the server terminates', async () => {
    const socket = await toWs((ws) => ws.terminate());
    expect(await failureOf(socket.closed)).toMatchObject({
      ...{ code: 'WS_ERR_CONNECTION_LOST', closeCode: 1006 },
    });
  });

  it('backpressure: bufferedAmount of ws grows while nobody reads, and all messages arrive', async () => {
    const COUNT = 300;
    let server!: WebSocket;
    const socket = await toWs((ws) => {
      server = ws;
      for (let i = 0; i < COUNT; i++) ws.send(Buffer.alloc(100_000, i));
      ws.close(1000);
    });
    await socket.opened;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.bufferedAmount).toBeGreaterThan(0);
    let at = 0;
    for await (const message of socket) expect((message as Uint8Array)[0]).toBe(at++ % 256);
    expect(at).toBe(COUNT);
  });
});

describe('a server against a ws client', () => {
  it('echoes, answers pings, agrees on a subprotocol, closes', async () => {
    const ws = await fromWs(
      async (socket) => {
        const { readable, writable } = await socket.opened;
        await readable.pipeTo(writable);
      },
      ['v12.stomp', 'v11.stomp'],
      { protocols: ['v11.stomp', 'v12.stomp'] },
    );
    await once(ws, 'open');
    expect(ws.protocol).toBe('v12.stomp');
    ws.ping('?');
    expect(String((await once(ws, 'pong'))[0])).toBe('?');
    const large = Buffer.alloc(8 << 20, 7);
    for (const [data, binary] of [
      ['안녕', false],
      [large, true],
      ['', false],
    ] as const) {
      ws.send(data);
      const [echoed, isBinary] = (await once(ws, 'message')) as [Buffer, boolean];
      expect([isBinary, echoed.equals(Buffer.from(data as string))]).toEqual([binary, true]);
    }
    ws.send('frag', { fin: false });
    ws.send('ment', { fin: true });
    expect(String((await once(ws, 'message'))[0])).toBe('fragment');
    ws.close(3000, '그만');
    expect(await once(ws, 'close')).toEqual([3000, Buffer.alloc(0)]);
  });

  it('refuses through verify', async () => {
    const ws = await fromWs((socket) => socket.opened.catch(() => {}), [], {
      verify: () => ({ status: 401, body: 'who are you' }),
    });
    const [error] = (await once(ws, 'error')) as [Error];
    expect(error.message).toContain('401');
  });

  it('sends the close code of a violation, and ends', async () => {
    let ended: Promise<Error> | undefined;
    const ws = await fromWs((socket) => {
      ended = failureOf(socket.closed);
    });
    await once(ws, 'open');
    (ws as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(
      Uint8Array.of(0x83, 0x80, 0, 0, 0, 0),
    );
    const [code] = await once(ws, 'close');
    expect(code).toBe(1002);
    expect(await ended).toMatchObject({ code: 'WS_ERR_INVALID_OPCODE' });
  });
});

const REQUEST = [
  ...['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade'],
  ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
].join('\r\n');

/** Two sockets of one connection; the second is the server's. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createTcpServer();
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => {});
  open.push({ close: () => client.destroy() });
  const [there] = (await accepted) as [Socket];
  open.push({ close: () => there.destroy() });
  return [client, there];
}

/** As react-native-tcp-socket has it: a callback in the third place only, none for end(), no `end`. */
class OtherSocket extends EventEmitter {
  readonly sent: Uint8Array[] = [];
  write(bytes: Uint8Array, _encoding?: string, callback?: () => void): void {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('these are no bytes');
    this.sent.push(bytes);
    setTimeout(() => callback?.());
  }
  end(bytes?: Uint8Array): void {
    if (bytes) this.write(bytes);
    setTimeout(() => this.emit('close', false));
  }
  destroy(): void {}
  pause(): void {}
  resume(): void {}
}

describe('a socket', () => {
  it.each([
    ['destroyed', (socket: Socket) => socket.destroy(), 'close'],
    ['ended by its peer', (_: Socket, peer: Socket) => peer.end(), 'end'],
  ] as const)('that was %s before: it ends at once', async (_name, end, event) => {
    const [socket, peer] = await pair();
    socket.resume();
    end(socket, peer);
    await once(socket, event);
    const ours = new WebSocketOverStream(socketTransport(socket), { role: 'server' });
    expect(await failureOf(ours.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_ENDED' });
  });

  it.each([
    ['without a close frame', new Uint8Array(0), 'WS_ERR_CONNECTION_LOST'],
    ['after a wrong frame', frame({ opcode: 3, key: [0, 0, 0, 0] }), 'WS_ERR_INVALID_OPCODE'],
    ['after its close frame', frame({ opcode: 8, key: [0, 0, 0, 0] }), undefined],
  ])('whose peer ends its half and reads nothing is closed: %s', async (_name, last, code) => {
    const [client, there] = await pair();
    const options = { role: 'server', closeTimeout: 50 } as const;
    const ours = new WebSocketOverStream(socketTransport(there), options);
    client.write(REQUEST);
    await once(client, 'data');
    client.pause();
    const writer = (await ours.opened).writable.getWriter();
    writer.closed.catch(() => {});
    for (let i = 0; i < 20; i++) writer.write(new Uint8Array(1 << 20)).catch(() => {});
    client.end(last);
    if (code === undefined) expect((await ours.closed).closeCode).toBe(1005);
    else expect(await failureOf(ours.closed)).toMatchObject({ code });
    if (!there.closed) await once(there, 'close');
    expect(there.destroyed).toBe(true);
  });

  it('without an end event: writes, ends, and keeps the chunks read before close', async () => {
    const socket = new OtherSocket();
    const { readable, writable } = socketTransport(socket);
    const writer = writable.getWriter();
    await writer.write(utf8('a'));
    socket.emit('data', utf8('b'));
    socket.emit('data', utf8('c'));
    await writer.close();
    await once(socket, 'close');
    expect(socket.sent).toEqual([utf8('a')]);
    const reader = readable.getReader();
    for (const text of 'bc') expect((await reader.read()).value).toEqual(utf8(text));
    expect((await reader.read()).done).toBe(true);
  });
});

describe('leaks', () => {
  it('no timer if the signal is already aborted', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const [transport] = connected();
    const before = timers();
    const signal = AbortSignal.abort(new Error('no'));
    await failureOf(new WebSocketOverStream(transport, { role: 'server', signal }).closed);
    await new Promise((resolve) => setImmediate(resolve));
    expect(timers()).toBe(before);
  });

  it('no listener of the signal if verify never resolves', async () => {
    const { signal } = new AbortController();
    const [ours, theirs] = connected();
    const socket = new WebSocketOverStream(ours, {
      ...{ role: 'server', signal, handshakeTimeout: 20 },
      verify: () => new Promise<undefined>(() => {}),
    });
    await new Peer(theirs).send(REQUEST);
    await failureOf(socket.closed);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
