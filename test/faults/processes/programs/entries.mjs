// Every entry of the built package at work: prints what came of each, as JSON.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { arrayBuffer } from 'node:stream/consumers';

const LONG = '한글 and more, '.repeat(2000);
/** Masked frames no server takes: an opcode that is reserved, text that is not UTF-8. */
const RESERVED = Uint8Array.of(0x83, 0x80, 0, 0, 0, 0);
const INVALID = Uint8Array.of(0x81, 0x81, 0, 0, 0, 0, 0xff);

function codec({ backend, BatchWriter, Decoder, Encoder, prepare, ProtocolError }) {
  const texts = [];
  const errors = [];
  const decoder = new Decoder(
    { role: 'server', delivery: 'string' },
    { message: (data) => texts.push(data), error: (error) => errors.push(error) },
  );
  const encoder = new Encoder({ role: 'client' });
  for (const text of ['', 'short', LONG]) decoder.write(encoder.text(text));
  for (const piece of encoder.fragments(LONG, 1000)) decoder.write(piece);
  const batch = new BatchWriter({ role: 'client' });
  for (let i = 0; i < 100; i++) batch.text('many');
  batch.prepared(prepare('prepared'));
  for (const segment of batch.take()) decoder.write(segment);
  decoder.write(INVALID);
  const isRight = texts[2] === LONG && texts[3] === LONG && texts.at(-1) === 'prepared';
  const isTyped = errors[0] instanceof ProtocolError;
  return [backend(), texts.length, isRight, isTyped, errors[0].code];
}

/** An echo between the two ends of a ws, and what a server says of a frame that breaks a rule. */
async function echo({ WebSocket, WebSocketServer }) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const errors = [];
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('error', ({ code }) => errors.push(code));
  });
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${server.address().port}`;
  const came = [];
  for (const text of ['short', LONG]) {
    const socket = new WebSocket(url, { perMessageDeflate: text === LONG });
    socket.on('message', (data, isBinary) => {
      came.push(data.toString() === text);
      if (isBinary) socket.close(1000);
    });
    await once(socket, 'open');
    socket.send(text);
    socket.send(Buffer.from(text));
    came.push((await once(socket, 'close'))[0]);
  }
  const socket = new WebSocket(url);
  await once(socket, 'open');
  socket._socket.write(RESERVED);
  came.push((await once(socket, 'close'))[0], ...errors);
  server.close();
  return came;
}

async function overStreams({ DecoderStream, EncoderStream, WebSocketOverStream, socketTransport }) {
  const server = createServer((socket) => {
    const { readable, writable } = new WebSocketOverStream(socketTransport(socket), {
      role: 'server',
    });
    readable.pipeTo(writable).catch(() => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect(server.address());
  await once(socket, 'connect');
  const connection = new WebSocketOverStream(socketTransport(socket), { url: 'ws://localhost/' });
  const { readable, writable } = await connection.opened;
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const came = [];
  for (const text of ['short', LONG]) {
    writer.write(text);
    came.push((await reader.read()).value === text);
  }
  connection.close({ closeCode: 1000 });
  came.push((await connection.closed).closeCode);
  server.close();
  const one = new EncoderStream({ role: 'client' });
  const sent = one.writable.getWriter();
  sent.write(LONG);
  sent.close();
  const bytes = await arrayBuffer(one.readable);
  const source = new Blob([bytes]).stream().pipeThrough(new DecoderStream({ role: 'server' }));
  for await (const message of source) came.push(message === LONG);
  const wrong = new Blob([INVALID]).stream().pipeThrough(new DecoderStream({ role: 'server' }));
  came.push(
    await wrong
      .getReader()
      .read()
      .catch(({ code }) => code),
  );
  return came;
}

function explain({ inspect }) {
  const compressed = Uint8Array.of(0xc1, 7, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 7, 0);
  const { problem } = inspect(INVALID, { role: 'client' });
  return [inspect(compressed, { deflate: true }).messages[0].text, problem.code];
}

function masks({ mask, unmask }) {
  const bytes = new Uint8Array(1000).fill(7);
  const key = Uint8Array.of(1, 2, 3, 4);
  const masked = new Uint8Array(1000);
  mask(bytes, key, masked, 0, 1000);
  const [first, second] = masked;
  unmask(masked, key);
  return [first, second, masked.every((byte) => byte === 7)];
}

/** What is done with each. */
const DEEDS = {
  wsimd: codec,
  'wsimd/js': codec,
  'wsimd/inspect': explain,
  'wsimd/bufferutil': masks,
  'wsimd/utf-8-validate': ({ default: isValid }) => [
    isValid(Buffer.from(LONG)),
    isValid(INVALID.subarray(6)),
  ],
  'wsimd/streams': overStreams,
  'wsimd/ws': echo,
  ws: echo,
  // Last: from here on ws itself has the codec.
  'wsimd/register': async () => {
    const ws = await import('ws');
    const { isAccelerated } = await import('wsimd/ws');
    return [isAccelerated(ws.WebSocket.prototype), ...(await echo(ws))];
  },
};

function makesCode() {
  try {
    return new Function('return true')();
  } catch {
    return false;
  }
}

const outcome = { isFrozen: Object.isFrozen(Array.prototype), makesCode: makesCode() };
for (const [entry, deed] of Object.entries(DEEDS)) {
  outcome[entry] = await deed(await import(entry));
}
console.log(JSON.stringify(outcome));
