// A socket of Node's kind (net, tls, react-native-tcp-socket) as a pair of byte streams. Node's own
// Duplex.toWeb throws where a socket was ended by its peer before it is closed (Node 20), copies what it
// reads, and does not tell when bytes have been written.

import type { ByteTransport } from './options.ts';

/** Of Node's net.Socket, what is used here. */
export interface SocketLike {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  write(bytes: Uint8Array, callback: (error?: Error | null) => void): unknown;
  end(callback: () => void): unknown;
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** The streams of a connected socket, which is theirs from here on. Chunks read are handed on as they came. */
export function socketTransport(socket: SocketLike): ByteTransport {
  let reading!: ReadableStreamDefaultController<Uint8Array>;
  let writing!: WritableStreamDefaultController;
  let isOver = false;
  const finish = (error?: Error): void => {
    if (isOver) return;
    isOver = true;
    if (error === undefined) reading.close();
    else reading.error(error);
  };
  socket.on('error', (error) => {
    finish(error);
    writing.error(error);
  });
  socket.on('end', () => finish());
  socket.on('close', () => {
    finish(new Error('the socket was closed'));
    writing.error(new Error('the socket is closed'));
  });
  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        reading = controller;
        socket.on('data', (chunk) => {
          if (isOver) return;
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) socket.pause();
        });
        socket.pause();
      },
      pull: () => void socket.resume(),
      cancel() {
        isOver = true;
        socket.destroy();
      },
    },
    { highWaterMark: 1 },
  );
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      writing = controller;
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => new Promise((resolve) => void socket.end(resolve)),
    abort: () => void socket.destroy(),
  });
  return { readable, writable };
}
