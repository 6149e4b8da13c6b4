// The opening handshake over a transport, RFC 6455 §4: both ends of it.

import { type BytesLike, toBytes } from '../codec/bytes.ts';
import { acceptKeyOf, createKey } from '../handshake/accept-key.ts';
import { HandshakeError } from '../handshake/errors.ts';
import { type Head, HeadReader, latin1, toLatin1Bytes } from '../handshake/http-head.ts';
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
import { turnEvery } from './deferred.ts';
import type { Message } from './message-streams.ts';
import type { ClientOptions, OverStreamOptions, ServerOptions } from './options.ts';
import type { TransportEnds } from './transport-ends.ts';

/** Bytes of a refusal's body that are read. */
const MAX_BODY = 8192;
/** Interim responses read in a row before the event loop runs. */
const HEADS_IN_A_ROW = 64;

/** The two ends of a transport, as the handshake uses them. */
export interface Wire {
  /** Undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  write(text: string): Promise<void>;
  /** Whether the connection has ended meanwhile. */
  isOver(): boolean;
  /** What is known already, while the body of a refusal is still read. */
  refusal?: HandshakeError;
}

/** The ends of a transport; where one fails, the handshake does. */
export function wireOf(ends: TransportEnds, isOver: () => boolean): Wire {
  const fail = (cause: unknown): never => {
    throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', 'the transport failed', { cause });
  };
  return {
    async read() {
      const { value } = await ends.read().catch(fail);
      return value && toBytes(value);
    },
    write: (text) => ends.sink.write(toLatin1Bytes(text)).catch(fail),
    isOver,
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
  const heads = new HeadReader(maxHeadBytes);
  const answer = await readAnswer(wire, heads);
  try {
    const protocol = checkResponse(answer, await acceptKeyOf(key), protocols);
    return { protocol, headers: answer.headers, rest: heads.rest() };
  } catch (error) {
    const isNo = error instanceof HandshakeError && error.code === 'WS_ERR_HANDSHAKE_REFUSED';
    if (!isNo) throw error;
    wire.refusal = error;
    throw refusedBy(answer, await readBody(wire, answer.headers, heads.rest()));
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
  const heads = new HeadReader(maxHeadBytes);
  try {
    request = checkRequest(await readHead(wire, heads));
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
  return { protocol: answer.protocol ?? '', headers, request, rest: heads.rest() };
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

/** The head of the final response. Interim ones (1xx) may come before it, RFC 9110 §15.2. */
async function readAnswer(wire: Wire, heads: HeadReader): Promise<Head> {
  const turn = turnEvery(HEADS_IN_A_ROW);
  for (;;) {
    const head = await readHead(wire, heads);
    if (!/^1(?!01)\d\d$/.test(head.startLine[1])) return head;
    await turn();
    if (wire.isOver())
      throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', 'the connection has ended');
  }
}

/** The next head. Bytes that have been read already come first. */
async function readHead(wire: Wire, heads: HeadReader): Promise<Head> {
  let head = heads.next();
  while (head === undefined) {
    const bytes = await wire.read();
    if (bytes === undefined) {
      const message = 'the transport ended before the head did';
      throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', message);
    }
    head = heads.push(bytes);
  }
  return head;
}

/** The body of a refusal, as far as its length is told and small. `rest`: the bytes that came with the head. */
async function readBody(wire: Wire, headers: Headers, rest: Uint8Array): Promise<string> {
  const declared = headers.get('content-length') ?? '';
  const length = /^\d+$/.test(declared) ? Math.min(Number(declared), MAX_BODY) : 0;
  let body = latin1(rest.subarray(0, MAX_BODY));
  while (body.length < length) {
    const bytes = await wire.read().catch(() => undefined);
    if (bytes === undefined) break;
    body += latin1(bytes.subarray(0, MAX_BODY));
  }
  return new TextDecoder().decode(toLatin1Bytes(body.slice(0, length || MAX_BODY)));
}
