// A socket with Node's interface (net, tls, react-native-tcp-socket) as a pair of byte streams. Node's own Duplex.toWeb
// throws if the peer ended the socket before it is closed (Node 20), copies the bytes it reads, and does not report
// when bytes have been written.

import type { ByteTransport } from './options.ts';
import { whenAborted } from './when-aborted.ts';

/** The members of Node's net.Socket that are used. */
export interface SocketLike {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'close', listener: (hadError?: boolean) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  // react-native-tcp-socket takes a callback only in this position, and none in end().
  write(bytes: Uint8Array, encoding: undefined, callback: (error?: Error | null) => void): unknown;
  end(): unknown;
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
}

/** Wraps a socket, which then belongs to the streams. Chunks are passed on without a copy. */
export function socketTransport(socket: SocketLike): ByteTransport {
  let reading!: ReadableStreamDefaultController<Uint8Array>;
  let writing!: WritableStreamDefaultController;
  let isFinished = false;
  const finish = (error?: Error): void => {
    if (isFinished) return;
    isFinished = true;
    if (error === undefined) reading.close();
    else reading.error(error);
  };
  socket.on('error', (error) => {
    finish(error);
    writing.error(error);
  });
  socket.on('end', () => finish());
  const onClose = (hadError?: boolean): void => {
    // Keeps the chunks read before: react-native-tcp-socket emits no `end`.
    finish(hadError === true ? new Error('the socket was closed by an error') : undefined);
    writing.error(new Error('the socket is closed'));
  };
  socket.on('close', onClose);
  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        reading = controller;
        socket.on('data', (chunk) => {
          if (isFinished) return;
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) socket.pause();
        });
        socket.pause();
      },
      pull: () => void socket.resume(),
      cancel() {
        isFinished = true;
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
    // All writes have completed by now.
    close: () => void socket.end(),
    abort: () => void socket.destroy(),
  });
  if (socket.destroyed) onClose();
  else if (socket.readableEnded) finish();
  return { readable, writable };
}
