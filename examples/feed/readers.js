// Four ways to read the feed in a program. Each opens `url`, calls `text(string)`, `tick(bytes, start)` and finally
// `ended(reason)` once, and returns `{ pause, resume, close }`.

import { createHash, randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { WebSocket as StockWebSocket } from 'ws';
import { Decoder, Encoder } from 'wsimd';
import { WebSocket } from 'wsimd/ws';

export const READERS = {
  'decoder-borrowed': (url, to) => openDecoder(url, to, 'borrowed'),
  'decoder-view': (url, to) => openDecoder(url, to, 'view'),
  'wsimd/ws': (url, to) => openWebSocket(WebSocket, url, to),
  ws: (url, to) => openWebSocket(StockWebSocket, url, to),
};

function openWebSocket(Class, url, to) {
  const socket = new Class(url, { perMessageDeflate: false });
  let why = '';
  socket.on('message', (data, isBinary) => {
    if (isBinary) to.tick(data, 0);
    else to.text(data.toString());
  });
  socket.on('error', ({ code, message }) => (why = message || code));
  socket.on('close', (code, reason) => to.ended(why || `closed with ${code} ${reason}`.trim()));
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.terminate(),
  };
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The codec on a socket: decodes all ticks of a chunk in one call. */
function openDecoder(url, to, delivery) {
  const key = randomBytes(16).toString('base64');
  const headers = {
    ...{ connection: 'Upgrade', upgrade: 'websocket' },
    ...{ 'sec-websocket-version': '13', 'sec-websocket-key': key },
  };
  const request = get(url.replace(/^ws/, 'http'), { headers });
  let hasEnded = false;
  const end = (why) => {
    if (!hasEnded) to.ended(why);
    hasEnded = true;
    request.destroy();
    request.socket?.destroy();
  };
  request.on('error', ({ code, message }) => end(message || code));
  request.on('response', ({ statusCode }) => end(`the server answered ${statusCode}`));
  request.on('upgrade', (response, socket, head) => {
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    if (response.headers['sec-websocket-accept'] !== accept) {
      end('the server did not answer with the right Sec-WebSocket-Accept');
      return;
    }
    const decoder = decoderOn(socket, to, delivery, end);
    socket.on('data', (chunk) => decoder.write(chunk));
    socket.on('error', ({ message }) => end(message));
    socket.on('close', () => end('the connection was cut'));
    if (head.length > 0) decoder.write(head);
  });
  return {
    pause: () => request.socket?.pause(),
    resume: () => request.socket?.resume(),
    close: () => end('closed'),
  };
}

const text = new TextDecoder();

function decoderOn(socket, to, delivery, end) {
  const encoder = new Encoder({ role: 'client' });
  return new Decoder(
    { role: 'client', delivery },
    {
      message(bytes, isBinary, start = 0, end = bytes.length) {
        if (isBinary) to.tick(bytes, start);
        else to.text(text.decode(bytes.subarray(start, end)));
      },
      ping: (payload) => socket.write(encoder.pong(payload)),
      close(code, reason) {
        socket.end(encoder.close(code === 1005 ? undefined : code));
        end(`closed with ${code} ${reason}`.trim());
      },
      error: ({ message }) => end(message),
    },
  );
}
