// Who may use a server that is meant for this machine. A browser lets any page send requests to loopback and open
// WebSockets there, and a page elsewhere can give this machine's address a name of its own (DNS rebinding): Host
// and Origin are what tells them apart.

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const REASONS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
};
const WORDS = 'This page is for this machine only: open it at localhost or 127.0.0.1.';

/**
 * Whether Host is a name of loopback, or one of `names`, at any port. Every browser sends Host; a request of
 * HTTP/1.0 without it comes from a program, such as the health check of a balancer.
 */
export function isForHere({ headers: { host } }, names = []) {
  if (host === undefined) return true;
  const name = host.toLowerCase().replace(/:\d+$/, '');
  return LOOPBACK.includes(name) || names.includes(name);
}

/** Whether a request comes from a program, which sends no Origin, or from any page of this machine. */
export function isFromHere(request) {
  const { origin } = request.headers;
  return (
    isForHere(request) && (origin === undefined || isForHere({ headers: { host: hostOf(origin) } }))
  );
}

/** Whether a request comes from a program, or from a page of this very server. */
export function isOwnPage(request, names) {
  const { host, origin } = request.headers;
  return isForHere(request, names) && (origin === undefined || hostOf(origin) === host);
}

/** `verifyClient` of ws: WebSockets are for this server's own pages and for programs. */
export function verifyOwnPage({ req }, done) {
  done(isOwnPage(req), 403, WORDS);
}

/** Answers a request with 403. */
export function turnAway(response, words = WORDS) {
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${words}\n`);
}

/** Answers an upgrade with an ordinary response. */
export function turnUpgradeAway(socket, status = 403, words = WORDS) {
  const body = `${words}\n`;
  // HTTP no longer looks after the socket: a client that does not end its half would hold it forever.
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

/** Checks every request and upgrade before the listeners that `server` has now: call it after they are added. */
export function guard(server) {
  putBefore(server, 'request', (_request, response) => turnAway(response));
  putBefore(server, 'upgrade', (_request, socket) => turnUpgradeAway(socket));
}

function putBefore(server, event, refuse) {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (request, ...rest) => {
    if (!isFromHere(request)) return refuse(request, ...rest);
    for (const listener of listeners) listener.call(server, request, ...rest);
  });
}

/** The host and port of an origin; `null`, the origin of sandboxed pages and of files, has none. */
function hostOf(origin) {
  return URL.canParse(origin) ? new URL(origin).host : '';
}
