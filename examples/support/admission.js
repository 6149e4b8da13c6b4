// Restricts a server to this machine. Browsers let any page send requests to loopback and open WebSockets there, and
// any domain name can be pointed at this machine's address (DNS rebinding). Host and Origin reveal such requests.

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const STATUS_TEXTS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
};
const REASON = 'This page is available on this machine only: open it at localhost or 127.0.0.1.';

/**
 * Whether Host is a loopback name or one of `names`, on any port. Browsers always send Host. An HTTP/1.0 request
 * without it comes from a program, such as a load balancer's health check.
 */
export function hasAllowedHost({ headers: { host } }, names = []) {
  if (host === undefined) return true;
  const name = host.toLowerCase().replace(/:\d+$/, '');
  return LOOPBACK.includes(name) || names.includes(name);
}

/** Whether a request comes from a program, which sends no Origin, or from any page on this machine. */
export function isLocalRequest(request) {
  const { origin } = request.headers;
  return (
    hasAllowedHost(request) &&
    (origin === undefined || hasAllowedHost({ headers: { host: hostOf(origin) } }))
  );
}

/** Whether a request comes from a program, or from a page of this server. */
export function isOwnPage(request, names) {
  const { host, origin } = request.headers;
  return hasAllowedHost(request, names) && (origin === undefined || hostOf(origin) === host);
}

/** For `verifyClient` of ws: accepts this server's own pages and programs. */
export function verifyOwnPage({ req }, done) {
  done(isOwnPage(req), 403, REASON);
}

/** Answers a request with 403. */
export function rejectRequest(response, reason = REASON) {
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}

/** Answers an upgrade request with an HTTP error. */
export function rejectUpgrade(socket, status = 403, reason = REASON) {
  const body = `${reason}\n`;
  // The HTTP server no longer manages the socket: a client that does not close its half would keep it open.
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_TEXTS[status]}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `\r\n${body}`,
    ].join('\r\n'),
  );
}

/** Puts the check before the server's current listeners for requests and upgrades. Call it after adding them. */
export function guard(server) {
  putBefore(server, 'request', (_request, response) => rejectRequest(response));
  putBefore(server, 'upgrade', (_request, socket) => rejectUpgrade(socket));
}

function putBefore(server, event, refuse) {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (request, ...rest) => {
    if (!isLocalRequest(request)) return refuse(request, ...rest);
    for (const listener of listeners) listener.call(server, request, ...rest);
  });
}

/** The host and port of an origin; `null`, the origin of sandboxed pages and of files, has none. */
function hostOf(origin) {
  return URL.canParse(origin) ? new URL(origin).host : '';
}
