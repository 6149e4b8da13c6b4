// Byte transports in memory: what goes in at one end comes out at the other, in pieces as asked.

import { acceptKeyOf } from '../../src/handshake/accept-key.ts';
import type { ByteTransport } from '../../src/streams/options.ts';
import { utf8 } from './bytes.ts';
import { handshake } from './pcap.ts';

/** Two ends of one connection. `piece`: bytes a chunk is cut into. */
export function connected(piece = Number.POSITIVE_INFINITY): [ByteTransport, ByteTransport] {
  const there = pipe(piece);
  const back = pipe(piece);
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

/** Holds few bytes: who writes more waits for the reader. */
function pipe(piece: number): TransformStream<Uint8Array, Uint8Array> {
  const size = (chunk?: Uint8Array): number => chunk?.length ?? 0;
  return new TransformStream<Uint8Array, Uint8Array>(
    {
      transform(chunk, controller) {
        for (let at = 0; at < chunk.length; at += piece) {
          controller.enqueue(chunk.slice(at, Math.min(chunk.length, at + piece)));
        }
      },
    },
    { highWaterMark: 1024, size },
    { highWaterMark: 1024, size },
  );
}

/** A transport that notes how its two sides were ended. */
export function watched({ readable, writable }: ByteTransport) {
  const ends: string[] = [];
  const sink = writable.getWriter();
  sink.closed.catch(() => {});
  const source = readable.getReader();
  const transport = {
    readable: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await source.read();
          if (!done) return controller.enqueue(value);
          if (ends.includes('cancelled')) return;
          ends.push('read to the end');
          controller.close();
        },
        cancel(reason) {
          ends.push('cancelled');
          return source.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    ),
    writable: new WritableStream<Uint8Array>({
      // At once: `abort` waits for the write that is under way.
      start({ signal }) {
        signal.addEventListener('abort', () => ends.push('aborted'));
      },
      write: (chunk) => sink.write(chunk),
      close() {
        ends.push('closed');
        return sink.close();
      },
      abort: (reason) => sink.abort(reason),
    }),
  };
  return { transport, ends };
}

/** The far end of a connection, driven by hand. */
export class Peer {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private held = '';

  constructor(transport: ByteTransport) {
    this.reader = transport.readable.getReader();
    this.writer = transport.writable.getWriter();
  }

  /** Text, or bytes. */
  async send(data: string | Uint8Array): Promise<void> {
    await this.writer.write(typeof data === 'string' ? utf8(data) : data);
  }

  async end(): Promise<void> {
    await this.writer.close();
  }

  /** Reads until `end` has come, one character a byte; returns all until there. */
  async readUntil(end: string): Promise<string> {
    while (!this.held.includes(end)) {
      const { done, value } = await this.reader.read();
      if (done) throw new Error(`it ended after ${JSON.stringify(this.held)}`);
      this.held += Array.from(value, (byte) => String.fromCharCode(byte)).join('');
    }
    const at = this.held.indexOf(end) + end.length;
    const text = this.held.slice(0, at);
    this.held = this.held.slice(at);
    return text;
  }

  /** Reads so many bytes, as hex; fewer where it ends. */
  async readHex(length: number): Promise<string> {
    while (this.held.length < length) {
      const { done, value } = await this.reader.read();
      if (done) break;
      this.held += Array.from(value, (byte) => String.fromCharCode(byte)).join('');
    }
    const text = this.held.slice(0, length);
    this.held = this.held.slice(length);
    return [...text].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  }

  /** Whether nothing follows: the other side has ended its half. */
  async isAtEnd(): Promise<boolean> {
    return this.held === '' && (await this.reader.read()).done;
  }

  async abort(reason: Error): Promise<void> {
    await this.writer.abort(reason);
  }

  async cancel(): Promise<void> {
    await this.reader.cancel();
  }
}

/** Opens a connection of ours that has this role, and reads no further. */
export async function openByHand(peer: Peer, role: 'client' | 'server'): Promise<void> {
  if (role === 'server') {
    await peer.send(handshake().request);
    await peer.readUntil('\r\n\r\n');
    return;
  }
  const request = await peer.readUntil('\r\n\r\n');
  const accept = await acceptKeyOf(/^Sec-WebSocket-Key: (.*)\r$/m.exec(request)?.[1] ?? '');
  const lines = ['HTTP/1.1 101 OK', 'Upgrade: websocket', 'Connection: Upgrade'];
  await peer.send(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
}

/** Rejections as values. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
