// A client that costs next to nothing: frames encoded beforehand, answers counted by their bytes.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Encoder } from 'wsimd';

/** Connects and shakes hands (RFC 6455 §4.1). */
export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay();
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error('no upgrade');
  return new RawClient(socket);
}

export class RawClient {
  readonly socket: Socket;
  private missing = 0;
  private whenComplete: (() => void) | null = null;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.missing -= chunk.length;
      if (this.missing > 0 || this.whenComplete === null) return;
      const { whenComplete } = this;
      this.whenComplete = null;
      whenComplete();
    });
    socket.on('error', () => {});
  }

  /** Calls back when `bytes` more have arrived. */
  expect(bytes: number, whenComplete: () => void): void {
    this.missing += bytes;
    this.whenComplete = whenComplete;
  }

  /** Sends bytes and waits for as many back as it expects. */
  exchange(bytes: Uint8Array, answer: number): Promise<void> {
    return new Promise((resolve) => {
      this.expect(answer, resolve);
      this.socket.write(bytes);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Masked frames of a payload, `count` of them, and the bytes a server's frames of it take. */
export function framesOf(
  payload: Buffer,
  isText: boolean,
  count: number,
): { bytes: Buffer; answer: number } {
  const client = new Encoder({ role: 'client' });
  const server = new Encoder({ role: 'server' });
  const frames = Array.from({ length: count }, () =>
    Buffer.from(isText ? client.text(payload) : client.binary(payload)),
  );
  return { bytes: Buffer.concat(frames), answer: server.binary(payload).length * count };
}
