// One server in a process of its own, watched from inside. Arguments: the library and its options as JSON. Paths:
// /echo sends back what comes, /sink counts it, /feed sends as much as ?bytes= says and goes on where it may.

import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { backend } from 'wsimd';

const [library, json] = process.argv.slice(2);
const options = JSON.parse(json);
const counts = { open: 0, messages: 0, codes: {}, closes: {} };
const note = (list, what) => {
  list[what] = (list[what] ?? 0) + 1;
};

/** The most that was held since it was asked last; sampled, without collecting garbage. */
let peak = { rss: 0, held: 0 };
const held = ({ heapUsed, external }) => heapUsed + external;
const sampler = setInterval(() => {
  const usage = process.memoryUsage();
  peak = { rss: Math.max(peak.rss, usage.rss), held: Math.max(peak.held, held(usage)) };
}, 10);
sampler.unref();
// Each sample is how late a timer of a millisecond is, with that millisecond.
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();

async function sample() {
  // Before garbage is collected, which is not what is measured.
  const delay = loop.max / 1e6;
  for (let i = 0; i < 2; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // What has come meanwhile does not count.
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  const kernel = library === 'ws' ? undefined : backend();
  process.send({ rss, heapUsed, external, peak, delay, kernel, ...counts });
  peak = { rss: 0, held: 0 };
  loop.reset();
}
process.on('message', (what) => {
  if (what === 'sample') sample();
  else process.send(counts);
});
process.on('disconnect', () => process.exit());

const bytesAsked = (url) => Number(new URL(url, 'ws://a').searchParams.get('bytes'));
const FEED = Buffer.alloc(65_536, 0x61);

function serve(socket, { url }) {
  counts.open++;
  const isEcho = url.startsWith('/echo');
  socket.on('message', (data, isBinary) => {
    counts.messages++;
    if (isEcho) socket.send(data, { binary: isBinary });
  });
  socket.on('error', ({ code }) => note(counts.codes, code));
  socket.on('close', (code) => {
    counts.open--;
    note(counts.closes, code);
  });
  if (url.startsWith('/feed')) {
    for (let left = bytesAsked(url); left > 0; left -= FEED.length) socket.send(Buffer.from(FEED));
  }
  if (url.startsWith('/bye')) socket.close(1001);
}

async function listenWs() {
  const { WebSocketServer } = await import(library === 'ws' ? 'ws' : 'wsimd/ws');
  const { backlog = 4096, ...rest } = options;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog, ...rest });
  server.on('connection', serve);
  server.on('listening', () => process.send({ type: 'listening', port: server.address().port }));
}

async function feed(connection, bytes) {
  const { writable } = await connection.opened;
  const writer = writable.getWriter();
  for (let left = bytes; left > 0; left -= FEED.length) {
    await writer.ready;
    writer.write(Buffer.from(FEED)).catch(() => {});
  }
}

async function serveStream(connection) {
  const { request } = await connection.opened;
  counts.open++;
  connection.closed
    .then(
      ({ closeCode }) => note(counts.closes, closeCode),
      ({ code, closeCode }) => {
        note(counts.codes, code);
        note(counts.closes, closeCode);
      },
    )
    .finally(() => counts.open--);
  const { target } = request;
  if (target.startsWith('/feed')) await feed(connection, bytesAsked(target));
  if (target.startsWith('/bye')) connection.close({ closeCode: 1001 });
  if (target.startsWith('/echo')) await connection.readable.pipeTo(connection.writable);
  else for await (const _ of connection) counts.messages++;
}

async function listenStreams() {
  const { socketTransport, WebSocketOverStream } = await import('wsimd/streams');
  const listener = createServer((socket) => {
    const connection = new WebSocketOverStream(socketTransport(socket), {
      role: 'server',
      ...options,
    });
    connection.opened.catch(({ code }) => note(counts.codes, code));
    serveStream(connection).catch(() => {});
  });
  listener.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
    process.send({ type: 'listening', port: listener.address().port }),
  );
}

await (library === 'streams' ? listenStreams() : listenWs());
