// The opening handshake over a transport, RFC 6455 §4: both ends of it.

import { type BytesLike, toBytes } from '../codec/bytes.ts';
import { acceptKeyOf, createKey } from '../handshake/accept-key.ts';
import { HandshakeError } from '../handshake/errors.ts';
import { HeadReader, type HttpHead, latin1, toLatin1Bytes } from '../handshake/http-head.ts';
import {
  checkRequest,
  type HandshakeRequest,
  parseUrl,
  writeRequest,
} from '../handshake/request.ts';
import {
  checkResponse,
  type Refusal,
  refusedBy,
  writeAcceptance,
  writeRefusal,
} from '../handshake/response.ts';
import { chooseSubprotocol } from '../handshake/subprotocol.ts';
import type { Message } from './message-streams.ts';
import type { ClientOptions, OverStreamOptions, ServerOptions } from './options.ts';

/** Bytes of a refusal's body that are read. */
const MAX_BODY = 8192;

/** The two ends of a transport, as the handshake uses them. */
export interface Wire {
  /** Undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  write(text: string): Promise<void>;
  /** What is known already, while the body of a refusal is still read. */
  refusal?: HandshakeError;
}

/** The ends of a transport; where one fails, the handshake does. */
export function wireOf(
  source: ReadableStreamDefaultReader<Uint8Array>,
  sink: WritableStreamDefaultWriter<Uint8Array>,
): Wire {
  const fail = (cause: unknown): never => {
    throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', 'the transport failed', { cause });
  };
  return {
    async read() {
      const { value } = await source.read().catch(fail);
      return value && toBytes(value);
    },
    write: (text) => sink.write(toLatin1Bytes(text)).catch(fail),
  };
}

/** What the opening handshake has settled. */
export interface Opening {
  /** The subprotocol, '' for none. */
  protocol: string;
  /** Of the server's response, or of the client's request. */
  headers: Headers;
  /** What a server was asked. */
  request?: HandshakeRequest;
  /** The first bytes of frames. */
  rest: Uint8Array;
}

/** What `opened` resolves to. */
export interface OpenInfo extends Omit<Opening, 'rest'> {
  readable: ReadableStream<Message>;
  writable: WritableStream<string | BytesLike>;
  /** Always '': none is offered. */
  extensions: string;
}

/** Rejects with a HandshakeError, or with what the user's own code threw. */
export function shakeHands(
  wire: Wire,
  options: OverStreamOptions,
  maxHeadBytes: number,
): Promise<Opening> {
  return options.role === 'server'
    ? openAsServer(wire, options, maxHeadBytes)
    : openAsClient(wire, options, maxHeadBytes);
}

/** Asks, and checks the answer. Rejects with a HandshakeError. */
async function openAsClient(
  wire: Wire,
  options: ClientOptions,
  maxHeadBytes: number,
): Promise<Opening> {
  const { protocols = [] } = options;
  const key = createKey();
  const head = writeRequest(parseUrl(options.url), key, protocols, options.headers);
  await wire.write(head);
  let answer = await readHead(wire, maxHeadBytes);
  // RFC 9110 §15.2: others may come before the answer.
  while (/^1(?!01)\d\d$/.test(answer.words[1])) {
    answer = await readHead(wire, maxHeadBytes, answer.rest);
  }
  try {
    const protocol = checkResponse(answer, await acceptKeyOf(key), protocols);
    return { protocol, headers: answer.headers, rest: answer.rest };
  } catch (error) {
    const isNo = error instanceof HandshakeError && error.code === 'WS_ERR_HANDSHAKE_REFUSED';
    if (!isNo) throw error;
    wire.refusal = error;
    throw refusedBy(answer, await readBody(wire, answer));
  }
}

/** Reads the request and answers it. Rejects with a HandshakeError, after the refusal was written. */
async function openAsServer(
  wire: Wire,
  options: ServerOptions,
  maxHeadBytes: number,
): Promise<Opening> {
  const refuse = (refusal: Refusal) => wire.write(writeRefusal(refusal)).catch(() => {});
  let request: HandshakeRequest;
  let rest: Uint8Array;
  try {
    const head = await readHead(wire, maxHeadBytes);
    request = checkRequest(head);
    rest = head.rest;
  } catch (error) {
    if (error instanceof HandshakeError && error.code !== 'WS_ERR_HANDSHAKE_ENDED') {
      const isLong = error.code === 'WS_ERR_HANDSHAKE_TOO_LARGE';
      await refuse({ status: isLong ? 431 : (error.status ?? 400), body: error.message });
    }
    throw error;
  }
  const answer = await decide(options, request).catch(async (error) => {
    await refuse({ status: 500 });
    throw error;
  });
  const { headers } = request;
  await wire.write(answer.text);
  if (answer.refusal !== undefined) {
    const { status, body } = answer.refusal;
    const message = `the request was refused with ${status}`;
    throw new HandshakeError('WS_ERR_HANDSHAKE_REFUSED', message, { status, body, headers });
  }
  return { protocol: answer.protocol ?? '', headers, request, rest };
}

/** What a server answers, whole. */
interface Answer {
  text: string;
  refusal?: Refusal;
  protocol?: string;
}

/** Asks whom the server asks. Rejects where they say what cannot be sent. */
async function decide(options: ServerOptions, request: HandshakeRequest): Promise<Answer> {
  const refusal = await options.verify?.(request);
  if (refusal !== undefined) {
    if (typeof refusal === 'object' && refusal !== null) {
      return { text: writeRefusal(refusal), refusal };
    }
    throw new TypeError(`verify returns a refusal or undefined, not ${String(refusal)}`);
  }
  const protocol = choose(options, request);
  const accept = await acceptKeyOf(request.key);
  return { text: writeAcceptance(accept, protocol, options.headers), protocol };
}

function choose(options: ServerOptions, request: HandshakeRequest): string | undefined {
  const { protocols: offered } = request;
  const chosen = options.chooseProtocol
    ? options.chooseProtocol(offered, request)
    : chooseSubprotocol(offered, options.protocols ?? []);
  if (chosen === undefined || offered.includes(chosen)) return chosen;
  throw new TypeError(`chooseProtocol chose ${JSON.stringify(chosen)}, which was not offered`);
}

/** `first`: bytes that have been read already. */
async function readHead(
  wire: Wire,
  maxHeadBytes: number,
  first = new Uint8Array(0),
): Promise<HttpHead> {
  const reader = new HeadReader(maxHeadBytes);
  for (let bytes: Uint8Array | undefined = first; bytes; bytes = await wire.read()) {
    const head = reader.push(bytes);
    if (head !== undefined) return head;
  }
  throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', 'the transport ended before the head did');
}

/** The body of a refusal, as far as its length is told and small. */
async function readBody(wire: Wire, { headers, rest }: HttpHead): Promise<string> {
  const length = Math.min(Number(headers.get('content-length') ?? 0) || 0, MAX_BODY);
  let body = latin1(rest);
  while (body.length < length) {
    const bytes = await wire.read().catch(() => undefined);
    if (bytes === undefined) break;
    body += latin1(bytes.subarray(0, MAX_BODY));
  }
  return new TextDecoder().decode(toLatin1Bytes(body.slice(0, length || MAX_BODY)));
}
