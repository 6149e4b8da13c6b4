// The opening handshake (RFC 6455 §4) of the testing end, on a bare socket.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const END_OF_HEAD = '\r\n\r\n';

export interface Head {
  /** The request line, or the status line. */
  readonly start: string;
  readonly headers: ReadonlyMap<string, string>;
  /** What came behind the head. */
  readonly rest: Buffer;
}

const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}${GUID}`).digest('base64');

/** Reads up to the end of an HTTP head; leaves the socket paused. */
export function readHead(socket: Socket): Promise<Head> {
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0);
    const onEnd = (): void => reject(new Error(`no HTTP head, but ${JSON.stringify(`${held}`)}`));
    const onData = (chunk: Buffer): void => {
      held = Buffer.concat([held, chunk]);
      const end = held.indexOf(END_OF_HEAD);
      if (end === -1) return;
      socket.pause();
      socket.off('data', onData).off('close', onEnd).off('error', reject);
      const [start, ...lines] = held.subarray(0, end).toString('latin1').split('\r\n');
      const headers = new Map<string, string>();
      for (const line of lines) {
        const colon = line.indexOf(':');
        headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
      }
      resolve({ start, headers, rest: held.subarray(end + END_OF_HEAD.length) });
    };
    socket.on('data', onData).once('close', onEnd).once('error', reject);
  });
}

export interface Opened {
  readonly socket: Socket;
  readonly rest: Buffer;
  /** The Sec-WebSocket-Extensions that the server answered with, or ''. */
  readonly extensions: string;
}

/** Opens a connection to a server under test. */
export async function openAsClient(port: number, path: string, offer = ''): Promise<Opened> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const key = randomBytes(16).toString('base64');
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
  ];
  if (offer !== '') lines.push(`Sec-WebSocket-Extensions: ${offer}`);
  socket.write(`${lines.join('\r\n')}${END_OF_HEAD}`);
  const { start, headers, rest } = await readHead(socket);
  if (!start.startsWith('HTTP/1.1 101')) throw new Error(`the server answered ${start}`);
  if (headers.get('sec-websocket-accept') !== acceptOf(key)) {
    throw new Error('Sec-WebSocket-Accept is not what §4.2.2 asks for');
  }
  return { socket, rest, extensions: headers.get('sec-websocket-extensions') ?? '' };
}

/** Answers a client under test. `answer`: the extensions to agree to, given those it offers. */
export function openAsServer(
  socket: Socket,
  request: Head,
  answer: (offered: string) => string,
): Opened {
  const key = request.headers.get('sec-websocket-key') ?? '';
  if (Buffer.from(key, 'base64').length !== 16)
    throw new Error('Sec-WebSocket-Key is no 16 octets');
  const extensions = answer(request.headers.get('sec-websocket-extensions') ?? '');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptOf(key)}`,
  ];
  if (extensions !== '') lines.push(`Sec-WebSocket-Extensions: ${extensions}`);
  socket.write(`${lines.join('\r\n')}${END_OF_HEAD}`);
  return { socket, rest: request.rest, extensions };
}
