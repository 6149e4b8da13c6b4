// A socket of Node's kind (net, tls, react-native-tcp-socket) as a pair of byte streams. Node's own
// Duplex.toWeb throws where a socket was ended by its peer before it is closed (Node 20), copies what it
// reads, and does not tell when bytes have been written.

import type { ByteTransport } from './options.ts';
import { whenAborted } from './when-aborted.ts';

/** Of Node's net.Socket, what is used here. */
export interface SocketLike {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'close', listener: (hadError?: boolean) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  // react-native-tcp-socket takes a callback in this place only, and in end() none.
  write(bytes: Uint8Array, encoding: undefined, callback: (error?: Error | null) => void): unknown;
  end(): unknown;
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
}

/** The streams of a socket, which is theirs from here on. Chunks read are handed on as they came. */
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
  const onClose = (hadError?: boolean): void => {
    // What was read before is kept: react-native-tcp-socket has no `end`.
    finish(hadError === true ? new Error('the socket was closed') : undefined);
    writing.error(new Error('the socket is closed'));
  };
  socket.on('close', onClose);
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
      whenAborted(controller, () => socket.destroy());
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, undefined, (error) => (error ? reject(error) : resolve()));
      }),
    // All writes have been called back by now.
    close: () => void socket.end(),
    abort: () => void socket.destroy(),
  });
  if (socket.destroyed) onClose();
  else if (socket.readableEnded) finish();
  return { readable, writable };
}
