// Our two ends of a conversation with what others wrote: an echoing server, and a client that says the same as theirs.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'wsimd/ws';

const MIB = 1024 * 1024;

/** What a conversation comes to. */
export interface Talk {
  readonly text: string;
  /** 1 MiB came back as it was. */
  readonly binary: boolean;
  readonly fragments: readonly string[];
  /** A message in fragments that the client sent; not in the web's API. */
  readonly own?: string;
  readonly isCompressed: boolean;
  /** The server's, then the client's own. */
  readonly closes: readonly (readonly [number, string])[];
}

export function expectedTalk(isCompressed: boolean): Talk {
  return {
    ...{ text: '안녕하세요 👋', binary: true, fragments: ['조각', 'pong 살아 있니'] },
    isCompressed,
    closes: [
      [4001, '안녕히 가세요'],
      [4000, '그만'],
    ],
  };
}
/** Of those who can send fragments and pings. */
export const expectedFullTalk = (isCompressed: boolean): Talk => ({
  ...expectedTalk(isCompressed),
  own: '내 조각',
});

export interface EchoServer {
  readonly port: number;
  /** How clients closed. */
  readonly closes: [number, string][];
  stop(): void;
}

const orders: Record<string, (socket: WebSocket) => void> = {
  fragments(socket) {
    socket.send('조', { fin: false });
    socket.ping('살아 있니');
    socket.send('각', { fin: true });
  },
  'close me': (socket) => socket.close(4001, '안녕히 가세요'),
};

/** Text may be an order; all else comes back. */
export async function startEcho(deflate: boolean): Promise<EchoServer> {
  const server = new WebSocketServer({
    ...{ host: '127.0.0.1', port: 0 },
    perMessageDeflate: deflate && { threshold: 0 },
  });
  const closes: [number, string][] = [];
  server.on('connection', (socket) => {
    socket.on('pong', (payload) => socket.send(`pong ${payload}`));
    socket.on('message', (data: Buffer, isBinary) => {
      const order = isBinary ? undefined : orders[String(data)];
      if (order === undefined) socket.send(data, { binary: isBinary });
      else order(socket);
    });
    socket.on('close', (code, reason) => closes.push([code, String(reason)]));
  });
  await once(server, 'listening');
  const stop = (): void => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, closes, stop };
}

interface Connection {
  readonly socket: WebSocket;
  readonly next: () => Promise<Buffer>;
  readonly closed: Promise<[number, string]>;
}

async function open(url: string, deflate: boolean): Promise<Connection> {
  const socket = new WebSocket(url, { perMessageDeflate: deflate && { threshold: 0 } });
  const messages: Buffer[] = [];
  let wake = (): void => {};
  socket.on('message', (data: Buffer) => {
    messages.push(data);
    wake();
  });
  const closed = once(socket, 'close').then(([code, reason]): [number, string] => [
    code,
    `${reason}`,
  ]);
  await once(socket, 'open');
  const next = async (): Promise<Buffer> => {
    while (messages.length === 0) {
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        closed.then(([code]) => Promise.reject(new Error(`closed with ${code}`))),
      ]);
    }
    return messages.shift() as Buffer;
  };
  closed.catch(() => {});
  return { socket, next, closed };
}

/** The conversation, from our client. */
export async function talk(url: string, deflate: boolean): Promise<Talk> {
  const { socket, next, closed } = await open(url, deflate);
  socket.send('안녕하세요 👋');
  const text = String(await next());
  const bytes = Buffer.from(Array.from({ length: MIB }, (_, i) => (i * 7) & 0xff));
  socket.send(bytes);
  const binary = (await next()).equals(bytes);
  socket.send('fragments');
  const fragments = [String(await next()), String(await next())];
  for (const [index, piece] of ['내 ', '조', '각'].entries())
    socket.send(piece, { fin: index === 2 });
  const own = String(await next());
  const ponged = once(socket, 'pong');
  socket.ping('물음');
  await ponged;
  const isCompressed = socket.extensions.includes('permessage-deflate');
  socket.send('close me');
  const told = await closed;
  const other = await open(url, deflate);
  other.socket.close(4000, '그만');
  return { text, binary, fragments, own, isCompressed, closes: [told, await other.closed] };
}
