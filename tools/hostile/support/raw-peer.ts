// A peer that is only a socket: sends what it likes, reads when it likes, and knows how it was answered.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parseFrameHeader } from '../../../src/index.ts';
import { frame } from '../../../test/support/bytes.ts';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

export function requestHead(path: string, more = ''): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n${more}\r\n`
  );
}

/** What is kept of what a peer is sent: enough for a head and a close frame. */
const KEPT = 65_536;

export class RawPeer {
  readonly socket: Socket;
  /** Resolves when the socket is closed, by whomever. */
  readonly closed: Promise<void>;
  /** Bytes it got. */
  received = 0;
  /** What came last of it, without the response's head. */
  private last = Buffer.alloc(0);
  private isOpen = false;
  /** More came than is kept: where frames begin is not known any more. */
  private isCut = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => {});
    socket.on('data', (chunk) => this.take(chunk));
  }

  /** A connection of TCP, and nothing said. */
  static async tcp(port: number): Promise<RawPeer> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const peer = new RawPeer(socket);
    await once(socket, 'connect');
    return peer;
  }

  /** A connection that has shaken hands. */
  static async open(port: number, path = '/sink', more = ''): Promise<RawPeer> {
    const peer = await RawPeer.tcp(port);
    peer.socket.write(requestHead(path, more));
    while (!peer.isOpen) {
      await Promise.race([once(peer.socket, 'data'), peer.closed]);
      if (peer.isClosed) throw new Error(`the handshake failed: ${peer.text}`);
    }
    return peer;
  }

  private take(chunk: Buffer): void {
    this.received += chunk.length;
    const all = Buffer.concat([this.last, chunk]);
    this.isCut ||= all.length > KEPT;
    this.last = all.subarray(-KEPT);
    if (this.isOpen || !this.text.startsWith('HTTP/1.1 101')) return;
    const end = this.last.indexOf('\r\n\r\n');
    if (end === -1) return;
    this.isOpen = true;
    this.last = this.last.subarray(end + 4);
  }

  /** What came, as text. */
  get text(): string {
    return this.last.toString('latin1');
  }

  get isClosed(): boolean {
    return this.socket.destroyed;
  }

  /** Writes, and waits where the other end does not keep up; false once it takes no more. */
  async send(bytes: Uint8Array): Promise<boolean> {
    if (this.socket.destroyed || !this.socket.writable) return false;
    if (this.socket.write(bytes)) return true;
    await Promise.race([once(this.socket, 'drain').catch(() => {}), this.closed]);
    return !this.socket.destroyed;
  }

  /** Sends the piece over and over, until it is answered by a close frame or not taken; how many bytes it sent. */
  async flood(piece: Uint8Array, bytes: number): Promise<number> {
    let sent = 0;
    while (sent < bytes && (await this.send(piece))) {
      sent += piece.length;
      // Answers are heard between two writes.
      if (sent % (1 << 20) < piece.length) await new Promise(setImmediate);
      if (this.closeCode !== undefined) break;
    }
    return sent;
  }

  /** The code of the close frame that came: the last frame there is; undefined where there is none. */
  get closeCode(): number | undefined {
    if (!this.isOpen || this.isCut) return undefined;
    for (let at = 0; at < this.last.length; ) {
      const header = parseFrameHeader(this.last, at);
      if (header === undefined) return undefined;
      const payloadAt = at + header.headerLength;
      if (header.opcode === 8) {
        return header.payloadLength < 2 ? 1005 : this.last.readUInt16BE(payloadAt);
      }
      at = payloadAt + header.payloadLength;
    }
    return undefined;
  }

  /** Ends without a word: RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** Many at a time, not all at once. */
export async function openMany<T>(count: number, open: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  const lane = async (): Promise<void> => {
    while (left-- > 0) made.push(await open());
  };
  let left = count;
  await Promise.all(Array.from({ length: 50 }, lane));
  return made;
}

/** Whether a server still sends back what comes, on a connection of its own. */
export async function isServed(port: number, bytes = 1000): Promise<boolean> {
  const peer = await RawPeer.open(port, '/echo');
  const payload = new Uint8Array(bytes).fill(0x61);
  const end = peer.received + frame({ opcode: 1, payload }).length;
  await peer.send(frame({ opcode: 1, payload, key: [1, 2, 3, 4] }));
  for (let i = 0; i < 500 && peer.received < end && !peer.isClosed; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const isWhole = peer.received === end && peer.text.endsWith('aaa');
  peer.reset();
  return isWhole;
}
