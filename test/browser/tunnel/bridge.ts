// A bridge from a page to TCP, as a tunnel has one: bytes come and go as binary messages of the browser's own
// WebSocket, which knows no back-pressure; so the page tells, as text, how many bytes it has taken.

import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { WebSocketServer } from 'ws';

/** Bytes under way to the page. */
const WINDOW = 256 * 1024;

/** Bridges every connection to a TCP port of this machine. */
export async function startBridge(to: number): Promise<{ url: string; close(): void }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (page) => {
    const tcp = connect(to, '127.0.0.1');
    let underWay = 0;
    tcp.on('data', (chunk) => {
      page.send(chunk);
      underWay += chunk.length;
      if (underWay > WINDOW) tcp.pause();
    });
    tcp.on('close', () => page.close());
    tcp.on('error', () => page.terminate());
    page.on('message', (data, isBinary) => {
      if (isBinary) tcp.write(data as Buffer);
      else {
        underWay -= Number(data);
        if (underWay <= WINDOW) tcp.resume();
      }
    });
    page.on('close', () => tcp.end());
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    for (const client of server.clients) client.terminate();
    server.close();
  };
  return { url: `ws://127.0.0.1:${port}/`, close };
}
