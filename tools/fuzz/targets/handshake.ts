// The opening handshake: a head says the same however it is cut, only HandshakeErrors are thrown, and what our server
// takes for a request is one to Node's own HTTP parser, too, with the same target, the same headers and the same rest:
// who reads a head otherwise than a proxy before it can be told what the proxy never saw.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import { HandshakeError } from '../../../src/handshake/errors.ts';
import { trimmed } from '../../../src/handshake/field-value.ts';
import { type Head, HeadReader } from '../../../src/handshake/http-head.ts';
import { checkRequest, type HandshakeRequest } from '../../../src/handshake/request.ts';
import { checkResponse } from '../../../src/handshake/response.ts';
import { toHex, utf8 } from '../../../test/support/bytes.ts';
import { handshake as heads } from '../../../test/support/pcap.ts';
import type { Random } from '../../../test/support/random.ts';
import { anyhow, type Case, Choices, chunksOf, type Target } from '../engine/case.ts';
import { ensure, same } from '../engine/same.ts';

const LIMIT = 16 * 1024;
const TAB = 0x09;
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** What the reader makes of the chunks: a head, an error's code, or that it waits. */
function readBy(chunks: Iterable<Uint8Array>, limit: number): Head | string {
  const reader = new HeadReader(limit);
  try {
    for (const chunk of chunks) {
      const head = reader.push(chunk);
      if (head !== undefined) return head;
    }
    return 'waits';
  } catch (error) {
    if (error instanceof HandshakeError) return error.code;
    throw error;
  }
}

const shown = (head: Head | string) =>
  typeof head === 'string' ? head : { startLine: head.startLine, headers: [...head.headers] };

function judged<T>(call: () => T): T | HandshakeError {
  try {
    return call();
  } catch (error) {
    if (error instanceof HandshakeError) return error;
    throw error;
  }
}

/** A request as Node's server hands it over. */
interface Upgrade {
  request: IncomingMessage;
  rest: Buffer;
}

const server: Server = createServer({ maxHeaderSize: 4 * LIMIT, requestTimeout: 0 });

/** What Node's server makes of the bytes; undefined where that is no request to upgrade. */
function upgradeOf(bytes: Uint8Array): Promise<Upgrade | undefined> {
  return new Promise((resolve) => {
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const settle = (upgrade?: Upgrade): void => {
      resolve(upgrade);
      socket.destroy();
    };
    const onUpgrade = (request: IncomingMessage, duplex: Duplex, rest: Buffer): void => {
      if (duplex === socket) settle({ request, rest });
    };
    server.removeAllListeners();
    server.on('upgrade', onUpgrade);
    server.on('request', () => settle());
    server.on('clientError', () => settle());
    server.on('connect', () => settle());
    connectionListener.call(server, socket);
    socket.push(Buffer.from(bytes));
    setImmediate(() => setImmediate(settle));
  });
}

/** The listener that every server has from the beginning. */
const [connectionListener] = server.listeners('connection') as ((
  this: Server,
  socket: Duplex,
) => void)[];

async function checkAgainstNode(given: Case, head: Head, asked: HandshakeRequest): Promise<void> {
  const upgrade = await upgradeOf(given.bytes);
  // RFC 9110 §5.6.3: a tab is whitespace, but behind `Upgrade` it is not to Node.
  if (upgrade === undefined && given.bytes.includes(TAB)) return;
  ensure(upgrade !== undefined, 'we take for a request what Node does not');
  const { request, rest } = upgrade as Upgrade;
  same(asked.target, request.url, 'the target');
  same([...head.headers.keys()].sort(), namesOf(request), 'the headers');
  const reader = new HeadReader(LIMIT);
  reader.push(given.bytes.slice());
  same(toHex(reader.rest()), toHex(rest), 'what follows the head');
  for (const name of [
    'origin',
    'cookie',
    'authorization',
    'sec-websocket-key',
    'x-forwarded-for',
  ]) {
    const value = request.headersDistinct[name]?.map(trimmed).join(name === 'cookie' ? '; ' : ', ');
    // Of empty ones, what joins them is at the end.
    const ours = trimmed(head.headers.get(name) ?? '');
    same(ours, trimmed(value ?? ''), `the header ${name}`);
  }
}

const namesOf = ({ headersDistinct }: IncomingMessage): string[] =>
  Object.keys(headersDistinct).sort();

const MORE = [
  ...[
    'Origin: http://a',
    'Cookie: a=b',
    'Cookie: c',
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
  ],
  ...[
    'Sec-WebSocket-Protocol: a, b',
    'Sec-WebSocket-Extensions: x',
    'X-Forwarded-For: 1',
    'Host: b',
  ],
  ...[
    'Connection: keep-alive',
    'Upgrade: h2c',
    ' folded',
    'X:\t',
    'Sec-WebSocket-Version: 8',
    'X: é',
  ],
];

export const handshake: Target = {
  name: 'handshake',
  generate(random: Random): Case {
    const { request, response } = heads();
    const isRequest = random.chance(0.75);
    let text = new TextDecoder('latin1').decode(isRequest ? request : response);
    for (let i = random.below(4); i > 0; i--) {
      const lines = text.split('\r\n');
      lines.splice(1 + random.below(lines.length - 2), 0, random.pick(MORE));
      text = lines.join('\r\n');
    }
    const rest = random.chance(0.3) ? '\u0081\u0080abcd' : '';
    return anyhow(Uint8Array.from(utf8(text + rest)), random);
  },
  async check(given: Case): Promise<void> {
    const choices = new Choices(given);
    const limit = choices.pick([LIMIT, 200, 1]);
    const cut = readBy(chunksOf(given), limit);
    const whole = readBy([given.bytes], limit);
    same(shown(cut), shown(whole), 'a head that is cut');
    if (typeof whole === 'string') return;
    const asked = judged(() => checkRequest(whole));
    judged(() => checkResponse(whole, ACCEPT, choices.pick([[], ['a', 'b']])));
    if (!(asked instanceof HandshakeError) && limit === LIMIT) {
      await checkAgainstNode(given, whole, asked);
    }
  },
};
