// Who may open a WebSocket here: pages of this server or of the origins named, and programs, if they speak a version of
// the chat. Others get an answer in words, before there is a WebSocket.

import { isForHere, isOwnPage } from '../support/admission.js';
import { PROTOCOLS } from './protocols.js';

/** The subprotocol that will be spoken; best first of those offered, whatever their order. */
export function choose(offered) {
  for (const name of PROTOCOLS.keys()) if (offered.has(name)) return name;
  return false;
}

/** Why a request by this Host is turned away: `[status, words]`; null where it is not. */
export function objectionToHost(request, { hosts }) {
  if (isForHere(request, hosts)) return null;
  const { host } = request.headers;
  return [403, `This chat is not for ${host}: open it at localhost, or name that host in HOSTS.`];
}

/** Why an upgrade is turned away: `[status, words]`; null where it is not. */
export function objection(request, settings) {
  const { url, headers } = request;
  const { origin } = headers;
  const wrongHost = objectionToHost(request, settings);
  if (wrongHost !== null) return wrongHost;
  if (url.split('?')[0] !== '/chat') return [404, 'The chat is at /chat.'];
  // Programs other than browsers send no Origin, and could send any: the check protects people in browsers.
  if (!settings.origins.includes(origin) && !isOwnPage(request, settings.hosts)) {
    return [403, `Pages of ${origin} may not use this chat: ORIGINS names those that may.`];
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (choose(new Set(offered)) === false) {
    return [400, `Offer one of these subprotocols: ${[...PROTOCOLS.keys()].join(', ')}.`];
  }
  return null;
}
