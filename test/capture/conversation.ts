// A conversation of the real ws with itself on this machine, captured by dumpcap.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { type WebSocket as Socket, WebSocket, WebSocketServer } from 'ws';

/** The texts that the client sends in each connection, in order. */
export const CLIENT_TEXTS = [
  '안녕하세요, 세계! 👋',
  'x'.repeat(125),
  'y'.repeat(126),
  '안녕 '.repeat(20_000),
  '조각 하나, 조각 둘, 조각 셋',
  ...['0', '1', '2', '3', '4'],
];

/** What both ends say, and in which order; each waits for the other. */
async function talk(client: Socket, server: Socket): Promise<void> {
  const said = async (from: Socket, to: Socket, data: string | Buffer, options = {}) => {
    const heard = once(to, 'message');
    from.send(data, options);
    await heard;
  };
  await said(client, server, '안녕하세요, 세계! 👋');
  await said(server, client, '{"인사":"안녕","수":[1,2,3]}');
  await said(client, server, Buffer.from([0, 1, 2, 253, 254, 255]));
  await said(client, server, 'x'.repeat(125));
  await said(client, server, 'y'.repeat(126));
  await said(server, client, Buffer.alloc(70_000, 0xab));
  await said(client, server, '안녕 '.repeat(20_000));
  await said(server, client, '');
  // Fragments, with a ping between them.
  client.send('조각 하나, ', { fin: false });
  client.ping('심장');
  client.send('조각 둘, ', { fin: false });
  await said(client, server, '조각 셋');
  const pong = once(server, 'pong');
  server.ping(Buffer.from([1, 2, 3]));
  await pong;
  // Several frames in one segment.
  const all = new Promise<void>((resolve) => {
    let left = 5;
    const count = () => {
      if (--left > 0) return;
      server.off('message', count);
      resolve();
    };
    server.on('message', count);
  });
  const { _socket: socket } = client as unknown as { _socket: NetSocket };
  socket.cork();
  for (let i = 0; i < 5; i++) client.send(`${i}`);
  // With permessage-deflate frames are written later, and each by itself.
  setImmediate(() => socket.uncork());
  await all;
  const closed = Promise.all([once(client, 'close'), once(server, 'close')]);
  client.close(4321, '안녕히 계세요');
  await closed;
}

/** Captures it to a file: a connection with permessage-deflate, and one without. Returns the server's port. */
export async function captureConversation(file: string): Promise<number> {
  const perMessageDeflate = { threshold: 0 };
  const listening = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const args = ['-i', 'lo', '-f', `tcp port ${port}`, '-w', file, '-q'];
  const dumpcap = spawn('dumpcap', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(dumpcap, 'close');
  let words = '';
  await new Promise<void>((resolve, reject) => {
    dumpcap.once('error', reject);
    dumpcap.once('close', () => reject(new Error(`dumpcap ended: ${words}`)));
    dumpcap.stderr.on('data', (chunk) => {
      words += chunk;
      if (words.includes('File:')) resolve();
    });
  });
  for (const deflate of [false, true]) {
    const connected = once(listening, 'connection');
    const client = new WebSocket(`ws://127.0.0.1:${port}/chat`, ['a', 'b'], {
      perMessageDeflate: deflate && perMessageDeflate,
    });
    const opened = once(client, 'open');
    const [server] = (await connected) as [Socket];
    await opened;
    await talk(client, server);
  }
  listening.close();
  // The kernel hands packets over in blocks.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  dumpcap.kill('SIGINT');
  await ended;
  return port;
}
