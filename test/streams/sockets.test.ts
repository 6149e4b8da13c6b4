// Over real TCP, against ws at the other end.

import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import type { Message } from '../../src/streams/message-streams.ts';
import type { ClientOptions, ServerOptions } from '../../src/streams/options.ts';
import { socketTransport } from '../../src/streams/socket-transport.ts';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { failureOf } from '../support/transports.ts';

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

describe('a client of ours and a server on ws', () => {
  it('text in Korean, fragments, ping, close with reason', async () => {
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

  it('echoes 8 MiB and Korean whole and in order', async () => {
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

  it('agrees on the first subprotocol it prefers that the server takes', async () => {
    const socket = await toWs(
      (ws) => ws.close(1000),
      { protocols: ['chat.v2', 'chat.v1'] },
      { handleProtocols: (offered: Set<string>) => (offered.has('chat.v1') ? 'chat.v1' : false) },
    );
    expect((await socket.opened).protocol).toBe('chat.v1');
    expect((await socket.closed).closeCode).toBe(1000);
  });

  it('is told why it is refused', async () => {
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

  it('a server that is plain HTTP', async () => {
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

  it('a server that vanishes: 1006', async () => {
    const socket = await toWs((ws) => ws.terminate());
    expect(await failureOf(socket.closed)).toMatchObject({
      ...{ code: 'WS_ERR_CONNECTION_LOST', closeCode: 1006 },
    });
  });

  it('back-pressure: ws’s bufferedAmount grows while nobody reads, and all arrives in the end', async () => {
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

describe('a server of ours and a client on ws', () => {
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

  it('tells a client that breaks the protocol, and ends', async () => {
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
