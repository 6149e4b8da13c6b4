// Who may open a WebSocket here: only pages of this server, or of those named, and who speaks a version of the
// chat. Others get an answer in words, before any WebSocket is there.

import { PROTOCOLS } from './protocols.js';

/** The subprotocol that will be spoken; best first of those offered, whatever their order. */
export function choose(offered) {
  for (const name of PROTOCOLS.keys()) if (offered.has(name)) return name;
  return false;
}

/** Why a request is turned away: `[status, words]`; null where it is not. */
export function objection({ url, headers }, { origins }) {
  if (url.split('?')[0] !== '/chat') return [404, 'The chat is at /chat.'];
  const { origin, host } = headers;
  // Programs that are no browser send none, and could send any: the check protects people in browsers.
  if (origin !== undefined && !origins.includes(origin) && hostOf(origin) !== host) {
    return [403, `Pages of ${origin} may not use this chat: ORIGINS names those that may.`];
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (choose(new Set(offered)) === false) {
    return [400, `Offer one of these subprotocols: ${[...PROTOCOLS.keys()].join(', ')}.`];
  }
  return null;
}

/** Answers an upgrade with an ordinary response. */
export function turnAway(socket, [status, words]) {
  const body = `${words}\n`;
  // HTTP no longer looks after it: a client that does not end its half would hold it forever.
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `\r\n${body}`,
    ].join('\r\n'),
  );
}

const REASONS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
};

function hostOf(origin) {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
