// Echo on wsimd/streams, over sockets.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type OverStreamOptions, socketTransport, WebSocketOverStream } from 'wsimd/streams';
import { MAX_PAYLOAD } from './protocol.ts';

const LIMITS = { maxPayload: MAX_PAYLOAD, maxBufferedBytes: 2 * MAX_PAYLOAD };

export async function serveOverStreams(): Promise<number> {
  const listener = createServer({ noDelay: true }, (socket) => {
    echo(socket, { role: 'server', ...LIMITS });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return (listener.address() as AddressInfo).port;
}

export function echoOverStreams(url: string): void {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', noDelay: true });
  echo(socket, { url, ...LIMITS });
}

function echo(socket: Socket, options: OverStreamOptions): void {
  const connection = new WebSocketOverStream(socketTransport(socket), options);
  // How it ends is seen on the wire.
  connection.readable.pipeTo(connection.writable).catch(() => {});
}
