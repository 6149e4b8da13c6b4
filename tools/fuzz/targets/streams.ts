// wsimd/streams against random bytes: DecoderStream says what Decoder says, and a connection over a transport always
// comes to an end, with an error of its own kind or none, whatever comes and whoever gives up when.

import { Decoder, ProtocolError } from '../../../src/index.ts';
import { deferred } from '../../../src/streams/deferred.ts';
import {
  acceptKeyOf,
  type ByteTransport,
  ConnectionError,
  DecoderStream,
  HandshakeError,
  type Message,
  WebSocketOverStream,
} from '../../../src/streams/index.ts';
import { join, toHex, utf8 } from '../../../test/support/bytes.ts';
import { handshake } from '../../../test/support/pcap.ts';
import type { Random } from '../../../test/support/random.ts';
import { anyhow, type Case, Choices, chunksOf, type Target } from '../engine/case.ts';
import { ensure, Finding, same } from '../engine/same.ts';
import { generateStream } from './decoder.ts';

const described = (message: Message): string =>
  typeof message === 'string' ? `text ${message}` : toHex(message);

/** What a Decoder makes of it: messages, and how it ends. */
function expectedOf(given: Case, role: 'server' | 'client', maxPayload: number) {
  const messages: string[] = [];
  let end = 'WS_ERR_UNEXPECTED_END';
  const decoder = new Decoder<'string'>(
    { role, delivery: 'string', maxPayload },
    {
      message: (data) => messages.push(described(data)),
      close: () => (end = 'close'),
      error: ({ code }) => (end = code),
    },
  );
  for (const chunk of chunksOf(given)) decoder.write(chunk);
  return { messages, end };
}

/** A source of the chunks; it notes when nobody wants more. */
function sourceOf(given: Case): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = chunksOf(given);
  return new ReadableStream({
    pull(controller) {
      const { done, value } = chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

function assertTyped(error: unknown, where: string): void {
  const isTyped = [ProtocolError, HandshakeError, ConnectionError].some(
    (Class) => error instanceof Class,
  );
  if (!isTyped) throw new Finding(`${where} fails with ${String(error)}`);
}

/** Node 20 fails so itself, with any TransformStream that was terminated with something left to read. */
const isOfNode = (error: unknown): boolean =>
  error instanceof TypeError && error.message.includes('cancelAlgorithm is not a function');

/** Reads messages, as many as are wanted, then cancels; how it ended. */
async function readSome(readable: ReadableStream<Message>, wanted: number) {
  const messages: string[] = [];
  const reader = readable.getReader();
  try {
    while (messages.length < wanted) {
      const { done, value } = await reader.read();
      if (done) return { messages, end: 'close' };
      messages.push(described(value));
    }
    await reader.cancel();
    return { messages, end: 'cancelled' };
  } catch (error) {
    if (isOfNode(error)) return { messages, end: 'cancelled' };
    assertTyped(error, 'reading');
    return { messages, end: (error as ProtocolError).code };
  }
}

async function checkDecoderStream(given: Case, choices: Choices): Promise<void> {
  const role = choices.pick(['server', 'client'] as const);
  const maxPayload = choices.pick([1 << 20, 300]);
  const wanted = choices.pick([Number.POSITIVE_INFINITY, 0, 1, 3]);
  const expected = expectedOf(given, role, maxPayload);
  const readable = sourceOf(given).pipeThrough(new DecoderStream({ role, maxPayload }));
  const read = await readSome(readable, wanted);
  if (read.end === 'cancelled') {
    same(read.messages, expected.messages.slice(0, wanted), 'DecoderStream, cancelled');
    return;
  }
  same(read.end, expected.end, 'how DecoderStream ends');
  // A stream that fails drops what was not read.
  const isWhole = read.end === 'close';
  same(
    read.messages,
    isWhole ? expected.messages : expected.messages.slice(0, read.messages.length),
    'messages of DecoderStream',
  );
}

/** What happens while the connection is there. */
type Deed = (connection: WebSocketOverStream, abort: AbortController) => unknown;
const DEEDS: readonly Deed[] = [
  () => {},
  (connection) => connection.close(),
  (connection) => connection.close({ closeCode: 4000, reason: 'enough' }),
  (connection) => connection.readable.locked || connection.readable.cancel(),
  (connection) => connection.writable.abort({ closeCode: 3000 }),
  (connection) => connection.writable.close(),
  (_, abort) => abort.abort(new ConnectionError('WS_ERR_CLOSED', 'aborted')),
];

const WITHIN = { closeTimeout: 5, handshakeTimeout: 20 };

/** A transport whose far end shakes hands, or does not, and then sends the bytes. Notes what it was sent. */
function transportOf(given: Case, role: 'server' | 'client', choices: Choices) {
  const hasHead = !choices.once(4);
  const takesBytes = !choices.once(6);
  const written: Uint8Array[] = [];
  const asked = deferred<string>();
  const transport: ByteTransport = {
    readable: new ReadableStream({
      async start(controller) {
        const head = role === 'server' ? handshake().request : await answerTo(await asked.promise);
        const bytes = hasHead ? join(head, given.bytes) : given.bytes;
        for (const chunk of chunksOf({ ...given, bytes })) controller.enqueue(chunk);
        controller.close();
      },
    }),
    writable: new WritableStream({
      write(chunk) {
        asked.resolve(takesBytes ? new TextDecoder('latin1').decode(chunk) : '');
        if (!takesBytes) throw new ConnectionError('WS_ERR_CONNECTION_LOST', 'takes nothing');
        written.push(chunk);
      },
    }),
  };
  return { transport, written };
}

/** The response that a request wants. */
async function answerTo(request: string): Promise<Uint8Array> {
  const [, key = ''] = /sec-websocket-key: (\S+)/i.exec(request) ?? [];
  const text = new TextDecoder().decode(handshake().response);
  return utf8(text.replace('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', await acceptKeyOf(key)));
}

async function checkConnection(given: Case, choices: Choices): Promise<void> {
  const role = choices.pick(['server', 'client'] as const);
  const { transport, written } = transportOf(given, role, choices);
  const abort = new AbortController();
  const common = { maxPayload: 1 << 16, signal: abort.signal, ...WITHIN };
  const connection = new WebSocketOverStream(
    transport,
    role === 'server' ? { role, ...common } : { url: 'ws://a/', ...common },
  );
  const deed = choices.pick(DEEDS);
  const wait = choices.byte() % 8;
  const reading = choices.once(5)
    ? undefined
    : readSome(connection.readable, choices.pick([Number.POSITIVE_INFINITY, 1, 2]));
  for (let i = 0; i < wait; i++) await new Promise(setImmediate);
  // To close or abort what is closed already is the caller's mistake: a TypeError.
  const done = Promise.resolve(deed(connection, abort)).catch((error) => {
    if (!(error instanceof TypeError)) assertTyped(error, 'what was done');
  });
  const [opened, closed] = await Promise.allSettled([connection.opened, connection.closed]);
  for (const { status, reason } of [opened, closed] as PromiseRejectedResult[]) {
    if (status === 'rejected') assertTyped(reason, 'opened or closed');
  }
  if (reading !== undefined) await reading;
  await done;
  if (role === 'server' && opened.status === 'fulfilled') {
    const answer = new TextDecoder('latin1').decode(join(...written).subarray(0, 12));
    ensure(answer === 'HTTP/1.1 101', `an open connection was answered ${answer}`);
  }
}

export const streams: Target = {
  name: 'streams',
  generate(random: Random): Case {
    if (random.chance(0.9)) return generateStream(random);
    return anyhow(utf8('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n'), random);
  },
  async check(given: Case): Promise<void> {
    const choices = new Choices(given);
    if (choices.once(3)) await checkConnection(given, choices);
    else await checkDecoderStream(given, choices);
  },
};
