// The opening handshake over a transport, RFC 6455 §4: both ends of it.

import type { BytesLike } from '../codec/bytes.ts';
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
  writeAcceptance,
  writeRefusal,
} from '../handshake/response.ts';
import { chooseSubprotocol } from '../handshake/subprotocol.ts';
import type { Message } from './message-streams.ts';
import type { ClientOptions, ServerOptions } from './options.ts';

/** Bytes of a refusal's body that are read. */
const MAX_BODY = 8192;

/** The two ends of a transport, as the handshake uses them. */
export interface Wire {
  read(): Promise<{ done: boolean; value?: Uint8Array }>;
  write(bytes: Uint8Array): Promise<void>;
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

/** Asks, and checks the answer. Rejects with a HandshakeError. */
export async function openAsClient(
  wire: Wire,
  options: ClientOptions,
  maxHeadBytes: number,
): Promise<Opening> {
  const { protocols = [] } = options;
  const key = createKey();
  const head = writeRequest(parseUrl(options.url), key, protocols, options.headers);
  await wire.write(toLatin1Bytes(head));
  const answer = await readHead(wire, maxHeadBytes);
  try {
    const protocol = checkResponse(answer, await acceptKeyOf(key), protocols);
    return { protocol, headers: answer.headers, rest: answer.rest };
  } catch (error) {
    if (!(error instanceof HandshakeError) || error.code !== 'WS_ERR_HANDSHAKE_REFUSED')
      throw error;
    const { code, message, status, headers, section } = error;
    const body = await readBody(wire, answer);
    const text = message.slice(0, message.lastIndexOf(' (RFC'));
    throw new HandshakeError(code, text, { status, headers, section, body });
  }
}

/** Reads the request and answers it. Rejects with a HandshakeError, after the refusal was written. */
export async function openAsServer(
  wire: Wire,
  options: ServerOptions,
  maxHeadBytes: number,
): Promise<Opening> {
  const refuse = (refusal: Refusal) => wire.write(toLatin1Bytes(writeRefusal(refusal)));
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
  if (typeof answer === 'object') {
    await refuse(answer);
    const { status, body } = answer;
    const { headers } = request;
    const message = `the request was refused with ${status}`;
    throw new HandshakeError('WS_ERR_HANDSHAKE_REFUSED', message, { status, body, headers });
  }
  const protocol = answer;
  const accept = await acceptKeyOf(request.key);
  await wire.write(toLatin1Bytes(writeAcceptance(accept, protocol, options.headers)));
  return { protocol: protocol ?? '', headers: request.headers, request, rest };
}

/** A refusal, or the subprotocol. */
async function decide(
  options: ServerOptions,
  request: HandshakeRequest,
): Promise<Refusal | string | undefined> {
  const refusal = await options.verify?.(request);
  if (refusal !== undefined) return refusal;
  const { protocols: offered } = request;
  const chosen = options.chooseProtocol
    ? options.chooseProtocol(offered, request)
    : chooseSubprotocol(offered, options.protocols ?? []);
  if (chosen === undefined || offered.includes(chosen)) return chosen;
  throw new TypeError(`chooseProtocol chose ${JSON.stringify(chosen)}, which was not offered`);
}

async function readHead(wire: Wire, maxHeadBytes: number): Promise<HttpHead> {
  const reader = new HeadReader(maxHeadBytes);
  for (;;) {
    const { done, value } = await wire.read().catch((cause) => {
      throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', 'the transport failed', { cause });
    });
    if (done || value === undefined) {
      throw new HandshakeError('WS_ERR_HANDSHAKE_ENDED', 'the transport ended before the head did');
    }
    const head = reader.push(value);
    if (head !== undefined) return head;
  }
}

/** The body of a refusal, as far as its length is told and small. */
async function readBody(wire: Wire, { headers, rest }: HttpHead): Promise<string> {
  const length = Math.min(Number(headers.get('content-length') ?? 0) || 0, MAX_BODY);
  let body = latin1(rest);
  while (body.length < length) {
    const { done, value } = await wire.read();
    if (done || value === undefined) break;
    body += latin1(value.subarray(0, MAX_BODY));
  }
  return new TextDecoder().decode(toLatin1Bytes(body.slice(0, length || MAX_BODY)));
}
