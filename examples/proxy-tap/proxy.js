// Bytes from client to server and back, as they are. A tap may listen; the bytes have been handed on by then,
// and what goes wrong in it ends the listening, not the traffic.

import { connect, createServer } from 'node:net';

const KEEP_ALIVE = 30_000;
const OTHER = { client: 'server', server: 'client' };

/**
 * A server, not yet listening, that connects every client to `upstream`. Times are in milliseconds:
 * `connectTimeout` for the server to be reached, `linger` for one end to go on after the other has ended.
 */
export function createProxy({ upstream, connectTimeout, linger, tap, log = () => {} }) {
  return createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    const server = connect({ ...upstream, allowHalfOpen: true, noDelay: true });
    const ends = { client, server };
    const tapped = tap?.open(`${client.remoteAddress}:${client.remotePort}`);
    const over = (why) => tapped?.end('closed', why);

    const name = `${upstream.host}:${upstream.port}`;
    const fail = (status, why) => {
      clearTimeout(timer);
      log(`${status}: the server at ${name} ${why}`);
      over(`${status}: the server at ${name} ${why}`);
      server.destroy();
      refuse(client, status, `The server at ${name} ${why}.\n`);
    };
    const timer = setTimeout(
      () => fail('504 Gateway Timeout', `did not answer in ${connectTimeout} ms`),
      connectTimeout,
    );
    const away = ({ code, message }) => fail('502 Bad Gateway', `is away: ${message || code}`);
    server.once('error', away);
    client.on('error', () => server.resetAndDestroy());

    server.once('connect', () => {
      clearTimeout(timer);
      server.off('error', away);
      server.on('error', () => client.resetAndDestroy());
      for (const sender of ['client', 'server']) {
        forward(ends[sender], ends[OTHER[sender]], linger);
        if (tapped) listen(ends[sender], sender, tapped, log);
      }
    });
    let open = 2;
    for (const sender of ['client', 'server']) {
      ends[sender].on('close', () => {
        if (--open === 0) over('it ended without a close frame');
      });
    }
  });
}

/** `pipe` stops reading while the other end does not take more, and passes on the end. */
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

/** Answers over HTTP, where nothing has been answered yet. */
function refuse(client, status, text) {
  const length = Buffer.byteLength(text);
  const headers = `content-type: text/plain; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: close`;
  client.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${text}`);
  // Its request is read and dropped: a socket closed with bytes unread resets, and the answer would be lost.
  client.resume();
  client.setTimeout(2000, () => client.destroy());
}
