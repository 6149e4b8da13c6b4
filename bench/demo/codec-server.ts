// A WebSocket server of Node's http and this codec alone: it echoes what it is sent. What a connection needs
// is one decoder, one batch writer and a flush after each read.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { BatchWriter, Decoder } from 'wsimd';

/** What the server decoded, for those who look on. */
export type Note = (what: string, describe: () => string) => void;

/** RFC 6455 §4.2.2: what the server answers to the client's key. */
function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, note: Note): void {
  const key = request.headers['sec-websocket-key'];
  if (key === undefined || request.headers['sec-websocket-version'] !== '13') {
    socket.end(
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    return;
  }
  const accept = `Sec-WebSocket-Accept: ${acceptKey(key)}`;
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\n\r\n`,
  );
  serve(socket, head, note);
}

/** One connection, from the first byte after the handshake to the last. */
function serve(socket: Duplex, head: Buffer, note: Note): void {
  const writer = new BatchWriter({ role: 'server' });
  const decoder = new Decoder(
    { role: 'server' },
    {
      message(data, isBinary) {
        note(isBinary ? 'binary' : 'text', () => describe(data, isBinary));
        if (isBinary) writer.binary(data);
        else writer.text(data);
      },
      ping(payload) {
        note('ping', () => describe(payload, false));
        writer.pong(payload);
      },
      close(code, reason) {
        note('close', () => `${code} ${reason}`.trim());
        writer.close(code === 1005 ? undefined : code, reason);
      },
      error(error) {
        note('error', () => error.message);
        writer.close(error.closeCode);
      },
    },
  );
  const onData = (chunk: Buffer): void => {
    decoder.write(chunk);
    flush(socket, writer);
    if (decoder.isEnded) socket.end();
  };
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('data', onData);
  if (head.length > 0) onData(head);
}

/** All that one read gave rise to leaves in one write. */
function flush(socket: Duplex, writer: BatchWriter): void {
  socket.cork();
  for (const segment of writer.take()) socket.write(segment);
  socket.uncork();
}

function describe(data: Uint8Array, isBinary: boolean): string {
  if (isBinary) return `${data.length.toLocaleString('en')} bytes`;
  const text = Buffer.from(data.buffer, data.byteOffset, Math.min(data.length, 60)).toString();
  return data.length > 60 ? `${text}… (${data.length.toLocaleString('en')} bytes)` : text;
}

/** Listens on a free port of the loopback interface. */
export function listenWithCodec(note: Note, whenListening: (port: number) => void): Server {
  const server = createServer((_request, response) => response.writeHead(426).end());
  server.on('upgrade', (request, socket, head) => onUpgrade(request, socket, head, note));
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') {
      whenListening(address.port);
    }
  });
  return server;
}
