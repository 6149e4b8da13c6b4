// `npm start`: a real ws client talks to a real server whose receiving and sending is this codec. First it
// shows what the server decoded; then how much CPU it needs a message, against stock ws in the same run.

import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { backend } from 'wsimd';
import { formatBytes, formatRatio } from '../report.ts';
import { ServerHandle } from '../servers/server-handle.ts';
import { median, medianRatio } from '../stats.ts';

const ROUNDS = 5;
/** Milliseconds a server is kept busy in a round. */
const ROUND_TIME = 250;
/** Bytes under way at a time, and at most so many messages. */
const WINDOW_BYTES = 1 << 18;
const WINDOW_MESSAGES = 1000;
const CASES = [
  { bytes: 16, isText: true },
  { bytes: 125, isText: true },
  { bytes: 1024, isText: false },
  { bytes: 16_384, isText: false },
];

/** A ws client, and the socket under it, which it lets us cork. */
interface Client {
  ws: WebSocket;
  socket: Socket;
}

async function connectTo({ port }: ServerHandle): Promise<Client> {
  let socket: Socket | undefined;
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, {
    perMessageDeflate: false,
    createConnection: (options: object) => {
      socket = connect(options as NetConnectOpts);
      return socket;
    },
  });
  await once(ws, 'open');
  return { ws, socket: socket as Socket };
}

/** Everything a connection can carry, once, and every answer compared with what was sent. */
async function converse({ ws }: Client): Promise<void> {
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
  ws.close(1000, '다음에 또 만나요');
  const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
  console.log(`  the client was answered with close ${code} ${reason}`);
}

/** Sends windows of messages and waits for their echoes; returns how many there were. */
async function flood({ ws, socket }: Client, payload: Buffer, isText: boolean): Promise<number> {
  const window = Math.max(1, Math.min(WINDOW_MESSAGES, Math.floor(WINDOW_BYTES / payload.length)));
  const until = performance.now() + ROUND_TIME;
  let count = 0;
  while (performance.now() < until) {
    let echoed = 0;
    const allEchoed = new Promise<void>((resolve) => {
      const onMessage = (): void => {
        if (++echoed < window) return;
        ws.off('message', onMessage);
        resolve();
      };
      ws.on('message', onMessage);
    });
    socket.cork();
    for (let i = 0; i < window; i++) ws.send(payload, { binary: !isText });
    socket.uncork();
    await allEchoed;
    count += window;
  }
  return count;
}

/** Microseconds of server CPU a message. */
async function cpuPerMessage(
  server: ServerHandle,
  client: Client,
  payload: Buffer,
  isText: boolean,
): Promise<number> {
  const before = (await server.usage()).microseconds;
  const count = await flood(client, payload, isText);
  return ((await server.usage()).microseconds - before) / count;
}

async function compare(ours: ServerHandle, theirs: ServerHandle): Promise<void> {
  const clients = [await connectTo(ours), await connectTo(theirs)];
  console.log(
    `\nserver CPU a message, echoing what a ws client sends (${ROUNDS} interleaved rounds, medians)`,
  );
  console.log(`  ${'message'.padEnd(16)}${'wsimd'.padStart(10)}${'stock ws'.padStart(12)}`);
  for (const { bytes, isText } of CASES) {
    const payload = Buffer.alloc(bytes, isText ? 'chat, and so on; ' : Buffer.from([7, 130, 255]));
    const rounds: [number[], number[]] = [[], []];
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, server] of [ours, theirs].entries()) {
        const used = await cpuPerMessage(server, clients[index], payload, isText);
        if (round >= 0) rounds[index].push(used);
      }
    }
    const [our, their] = rounds.map((used) => `${median(used).toFixed(2)} µs`);
    const what = `${formatBytes(bytes)} ${isText ? 'text' : 'binary'}`;
    const ratio = formatRatio(medianRatio(rounds[1], rounds[0]));
    console.log(`  ${what.padEnd(16)}${our.padStart(10)}${their.padStart(12)}   ${ratio}`);
  }
  for (const { ws } of clients) ws.terminate();
}

const ours = await ServerHandle.start('codec', { onNote: (line) => console.log(line) });
const theirs = await ServerHandle.start('ws');
try {
  console.log(`a ws client talks to a server on wsimd, ${backend()} backend; it decoded`);
  await converse(await connectTo(ours));
  await ours.usage('quiet');
  await compare(ours, theirs);
  console.log('\nMost of that is writing once a read instead of once a message;');
  console.log('`npm run bench -- receive` measures the decoder by itself.');
} finally {
  ours.stop();
  theirs.stop();
}
