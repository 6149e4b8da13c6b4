// The opening handshake over a transport, RFC 6455 §4, for both roles.

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
  refusalError,
  writeAcceptance,
  writeRefusal,
} from '../handshake/response.ts';
import { chooseSubprotocol } from '../handshake/subprotocol.ts';
import { yieldEvery } from './deferred.ts';
import type { Message } from './message-streams.ts';
import type { ClientOptions, OverStreamOptions, ServerOptions } from './options.ts';
import type { TransportEnds } from './transport-ends.ts';

/** Bytes to read of the body of a refusal. */
const MAX_BODY = 8192;
/** Interim responses read before the event loop runs. */
const MAX_CONSECUTIVE = 64;

/** The transport, as the handshake uses it. */
export interface Wire {
  /** Reads the next bytes; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  write(text: string): Promise<void>;
  /** Whether the connection has ended, e.g. because it was aborted. */
  isEnded(): boolean;
  /** The refusal whose body is still being read: reported if that times out. */
  refusal?: HandshakeError;
}

/** Wraps a transport, whose errors become HandshakeErrors. */
export function wireOf(ends: TransportEnds, isEnded: () => boolean): Wire {
  const fail = (cause: unknown): never => {
    throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', 'the transport failed', { cause });
  };
  return {
    async read() {
      const { value } = await ends.read().catch(fail);
      return value && toBytes(value);
    },
    write: (text) => ends.writer.write(toLatin1Bytes(text)).catch(fail),
    isEnded,
  };
}

/** The result of the opening handshake. */
export interface Opening {
  /** The subprotocol in use, '' for none. */
  protocol: string;
  /** Client: headers of the response. Server: headers of the request. */
  headers: Headers;
  /** Server: the request. */
  request?: HandshakeRequest;
  /** Bytes of frames that arrived with the head. */
  rest: Uint8Array;
}

/** The value `opened` resolves to. */
export interface OpenInfo extends Omit<Opening, 'rest'> {
  readable: ReadableStream<Message>;
  writable: WritableStream<string | BytesLike>;
  /** Always '': no extension is offered. */
  extensions: string;
}

/** Rejects with a HandshakeError, or with an error thrown by `verify` or `chooseProtocol`. */
export function performHandshake(
  wire: Wire,
  options: OverStreamOptions,
  maxHeadBytes: number,
): Promise<Opening> {
  return options.role === 'server'
    ? openAsServer(wire, options, maxHeadBytes)
    : openAsClient(wire, options, maxHeadBytes);
}

/** Sends the request and checks the response. Rejects with a HandshakeError. */
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
  const answer = await readFinalResponse(wire, heads);
  try {
    const protocol = checkResponse(answer, await acceptKeyOf(key), protocols);
    return { protocol, headers: answer.headers, rest: heads.rest() };
  } catch (error) {
    const isRefusal = error instanceof HandshakeError && error.code === 'WS_ERR_HANDSHAKE_REFUSED';
    if (!isRefusal) throw error;
    wire.refusal = error;
    throw refusalError(answer, await readBody(wire, answer.headers, heads.rest()));
  }
}

/** Reads the request and responds. Rejects with a HandshakeError after the refusal has been written. */
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
  const answer = await createAnswer(options, request).catch(async (error) => {
    await refuse({ status: 500 });
    throw error;
  });
  const { headers } = request;
  await wire.write(answer.text);
  if (answer.refusal !== undefined) {
    const { status, body } = answer.refusal;
    const message = `the request was refused with status ${status}`;
    throw new HandshakeError('WS_ERR_HANDSHAKE_REFUSED', message, { status, body, headers });
  }
  return { protocol: answer.protocol ?? '', headers, request, rest: heads.rest() };
}

/** The response of a server. */
interface Answer {
  text: string;
  refusal?: Refusal;
  protocol?: string;
}

/** Calls `verify` and selects the subprotocol. Rejects if either returns an invalid value. */
async function createAnswer(options: ServerOptions, request: HandshakeRequest): Promise<Answer> {
  const refusal = await options.verify?.(request);
  if (refusal !== undefined) {
    if (typeof refusal === 'object' && refusal !== null) {
      return { text: writeRefusal(refusal), refusal };
    }
    throw new TypeError(`verify must return a refusal or undefined, got ${String(refusal)}`);
  }
  const protocol = selectSubprotocol(options, request);
  const accept = await acceptKeyOf(request.key);
  return { text: writeAcceptance(accept, protocol, options.headers), protocol };
}

function selectSubprotocol(options: ServerOptions, request: HandshakeRequest): string | undefined {
  const { protocols: offered } = request;
  const chosen = options.chooseProtocol
    ? options.chooseProtocol(offered, request)
    : chooseSubprotocol(offered, options.protocols ?? []);
  if (chosen === undefined || offered.includes(chosen)) return chosen;
  throw new TypeError(
    `chooseProtocol must return an offered subprotocol or undefined, got ${JSON.stringify(chosen)}`,
  );
}

/** Reads the head of the final response. Interim responses (1xx) may precede it, RFC 9110 §15.2. */
async function readFinalResponse(wire: Wire, heads: HeadReader): Promise<Head> {
  const yieldStep = yieldEvery(MAX_CONSECUTIVE);
  for (;;) {
    const head = await readHead(wire, heads);
    if (!/^1(?!01)\d\d$/.test(head.startLine[1])) return head;
    await yieldStep();
    if (wire.isEnded())
      throw new HandshakeError(
        'WS_ERR_HANDSHAKE_ENDED',
        'the connection ended during the opening handshake',
      );
  }
}

/** Reads the next head, first from bytes that have been read already. */
async function readHead(wire: Wire, heads: HeadReader): Promise<Head> {
  let head = heads.next();
  while (head === undefined) {
    const bytes = await wire.read();
    if (bytes === undefined) {
      const message = 'the transport ended before the end of the head';
      throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', message);
    }
    head = heads.push(bytes);
  }
  return head;
}

/** Reads the body of a refusal, if its length is declared, up to MAX_BODY. `rest`: bytes that arrived with the head. */
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
