// Decides who may open a WebSocket: pages of this server or of an allowed origin, and programs, if they offer a known
// subprotocol. Others get an HTTP error with the reason.

import { hasAllowedHost, isOwnPage } from '../support/admission.js';
import { PROTOCOLS } from './protocols.js';

/** Selects a subprotocol by the server's preference; the client's order does not matter. */
export function selectProtocol(offered) {
  for (const name of PROTOCOLS.keys()) if (offered.has(name)) return name;
  return false;
}

/** Checks the Host header. Returns `[status, reason]` if it is not allowed, otherwise null. */
export function checkHost(request, { hosts }) {
  if (hasAllowedHost(request, hosts)) return null;
  const { host } = request.headers;
  return [
    403,
    `Host ${host} is not allowed: open the chat at localhost, or add the host to HOSTS.`,
  ];
}

/** Checks an upgrade request. Returns `[status, reason]` if it is rejected, otherwise null. */
export function checkUpgrade(request, settings) {
  const { url, headers } = request;
  const { origin } = headers;
  const hostError = checkHost(request, settings);
  if (hostError !== null) return hostError;
  if (url.split('?')[0] !== '/chat') return [404, 'Not found: the chat is at /chat.'];
  // Programs can send any Origin or none: the check protects browser users only.
  if (!settings.origins.includes(origin) && !isOwnPage(request, settings.hosts)) {
    return [
      403,
      `Pages of ${origin} may not use this chat: add the origin to ORIGINS to allow it.`,
    ];
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (selectProtocol(new Set(offered)) === false) {
    return [400, `No supported subprotocol: offer one of ${[...PROTOCOLS.keys()].join(', ')}.`];
  }
  return null;
}
