// `npm start`, first part: a real ws client talks to a real server whose receiving and sending is this codec,
// and the server shows what it decoded.

import { once } from 'node:events';
import { WebSocket } from 'ws';
import { backend } from 'wsimd';
import { ServerHandle } from '../servers/server-handle.ts';

async function connectTo({ port }: ServerHandle): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  await once(ws, 'open');
  return ws;
}

const BYE = '다음에 또 만나요';

/** Everything a connection can carry, once, and every answer compared with what was sent. */
async function converse(ws: WebSocket): Promise<void> {
  const echo = async (data: string | Buffer): Promise<void> => {
    ws.send(data);
    const [answer] = (await once(ws, 'message')) as [Buffer];
    if (!answer.equals(Buffer.from(data))) throw new Error('the echo is not what was sent');
  };
  await echo('Hello');
  await echo('안녕하세요, 세계! 👋');
  await echo(Buffer.from([1, 2, 3]));
  await echo(Buffer.alloc(1 << 20, 'a mebibyte of binary, over many chunks; '));
  await echo('긴 글도 문제없어요. '.repeat(5000));
  ws.send('one message ', { fin: false });
  ws.ping('a ping between');
  ws.send('in two fragments', { fin: true });
  await Promise.all([once(ws, 'pong'), once(ws, 'message')]);
  ws.close(1000, BYE);
  const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
  if (code !== 1000 || String(reason) !== BYE) throw new Error('the close is not what was sent');
}

const lines: string[] = [];
const server = await ServerHandle.start('codec', { onNote: (line) => lines.push(line) });
try {
  console.log(`A ws client talks to a server on wsimd, ${backend()} backend; it decoded`);
  await converse(await connectTo(server));
  await server.usage('quiet');
  console.log(lines.join('\n'));
  console.log('\nThe same in place of ws, and what a server would save with it:\n');
} finally {
  server.stop();
}
