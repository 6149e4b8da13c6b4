// Echo on ws or on what stands in for it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as ws from 'ws';
import { deflateOf, MAX_PAYLOAD } from './protocol.ts';

export type Ws = Pick<typeof ws, 'WebSocket' | 'WebSocketServer'>;

/** 9.3.1 and 9.4.1 have 65,536 fragments; ws refuses them from 16,384 on (1008) where it is not told otherwise. */
const LIMITS = { maxPayload: MAX_PAYLOAD, maxFragments: 0 };

/** Everything is compressed, however short. */
const withoutThreshold = (options: object): object => ({ ...options, threshold: 0 });

/** A server for each set of options that is asked for; resolves to the port. */
export async function serveOverWs({ WebSocketServer }: Ws): Promise<number> {
  const servers = new Map<string, ws.WebSocketServer>();
  const serverFor = (deflate: object | undefined): ws.WebSocketServer => {
    const key = JSON.stringify(deflate ?? false);
    let server = servers.get(key);
    if (server === undefined) {
      server = new WebSocketServer({
        ...{ noServer: true, ...LIMITS },
        perMessageDeflate: deflate === undefined ? false : withoutThreshold(deflate),
      });
      servers.set(key, server);
    }
    return server;
  };
  const http = createServer();
  http.on('upgrade', (request, socket, head) => {
    serverFor(deflateOf(request.url ?? '/')).handleUpgrade(request, socket, head, echo);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return (http.address() as AddressInfo).port;
}

export function echoOverWs({ WebSocket }: Ws, url: string, deflate: object | false): void {
  const perMessageDeflate = deflate === false ? false : withoutThreshold(deflate);
  echo(new WebSocket(url, { perMessageDeflate, ...LIMITS }));
}

function echo(socket: ws.WebSocket): void {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  // Most cases are there to make one; what is said of it goes over the wire.
  socket.on('error', () => {});
}
