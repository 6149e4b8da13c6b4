// Forwards bytes between client and server unchanged. A tap sees each chunk after it was forwarded. An error in the tap
// ends the tap, not the traffic.

import { connect, createServer } from 'node:net';

const KEEP_ALIVE = 30_000;
const OTHER = { client: 'server', server: 'client' };

/**
 * Returns a server, not yet listening, that connects every client to `upstream`. Times are in milliseconds:
 * `connectTimeout` for connecting to the server, `linger` for how long one end may be silent after the other has closed.
 */
export function createProxy({ upstream, connectTimeout, linger, tap, log = () => {} }) {
  return createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    const server = connect({ ...upstream, allowHalfOpen: true, noDelay: true });
    const ends = { client, server };
    const tapped = tap?.open(`${client.remoteAddress}:${client.remotePort}`);
    const end = (why) => tapped?.end('closed', why);

    const name = `${upstream.host}:${upstream.port}`;
    const fail = (status, why) => {
      clearTimeout(timer);
      log(`${status}: the server at ${name} ${why}`);
      end(`${status}: the server at ${name} ${why}`);
      server.destroy();
      refuse(client, status, `The server at ${name} ${why}.\n`);
    };
    const timer = setTimeout(
      () => fail('504 Gateway Timeout', `did not answer in ${connectTimeout} ms`),
      connectTimeout,
    );
    const fail502 = ({ code, message }) =>
      fail('502 Bad Gateway', `is unreachable: ${message || code}`);
    server.once('error', fail502);
    client.on('error', () => server.resetAndDestroy());

    server.once('connect', () => {
      clearTimeout(timer);
      server.off('error', fail502);
      server.on('error', () => client.resetAndDestroy());
      for (const sender of ['client', 'server']) {
        forward(ends[sender], ends[OTHER[sender]], linger);
        if (tapped) listen(ends[sender], sender, tapped, log);
      }
    });
    let open = 2;
    for (const sender of ['client', 'server']) {
      ends[sender].on('close', () => {
        if (--open === 0) end('it ended without a close frame');
      });
    }
  });
}

/** `pipe` applies backpressure and forwards the end of the stream. */
function forward(from, to, linger) {
  from.setKeepAlive(true, KEEP_ALIVE);
  from.pipe(to);
  from.once('end', () => to.setTimeout(linger, () => to.resetAndDestroy()));
  from.once('close', () => to.writableEnded || to.destroy());
}

function listen(socket, sender, tapped, log) {
  const hear = (chunk) => {
    try {
      tapped.chunk(sender, chunk);
    } catch (error) {
      socket.off('data', hear);
      tapped.end('unseen', `the tap failed: ${error.message}`);
      log(error.stack);
    }
  };
  socket.on('data', hear);
}

/** Sends an HTTP error to a client that has received nothing yet. */
function refuse(client, status, text) {
  const length = Buffer.byteLength(text);
  const headers = `content-type: text/plain; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: close`;
  client.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${text}`);
  // Drains the request: closing a socket with unread bytes resets it, and the response would be lost.
  client.resume();
  client.setTimeout(2000, () => client.destroy());
}
