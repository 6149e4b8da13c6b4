// Names and meanings of close codes, RFC 6455 §7.4 and the IANA registry.

import { isValidStatusCode } from '../protocol/status-codes.ts';

/** The meaning of a status code. */
export interface CloseCodeMeaning {
  code: number;
  name: string;
  meaning: string;
  /** The section of RFC 6455 that describes it. */
  section: string;
  /** Whether a close frame may carry it. */
  isSendable: boolean;
}

const REGISTERED: Readonly<Record<number, readonly [name: string, meaning: string]>> = {
  1000: ['Normal Closure', 'the connection has fulfilled its purpose'],
  1001: [
    'Going Away',
    'the endpoint is going away: the server shuts down, or the user left the page',
  ],
  1002: ['Protocol error', 'the peer violated the protocol'],
  1003: ['Unsupported Data', 'the endpoint does not accept this type of data'],
  1004: ['Reserved', 'reserved, with no meaning yet'],
  1005: ['No Status Rcvd', 'the close frame had no code; never sent'],
  1006: ['Abnormal Closure', 'the connection ended without a close frame; never sent'],
  1007: [
    'Invalid frame payload data',
    'the payload does not match the message type, e.g. text that is not UTF-8',
  ],
  1008: ['Policy Violation', 'a message violates the policy of the endpoint'],
  1009: ['Message Too Big', 'a message is too big for the endpoint'],
  1010: ['Mandatory Extension', 'the server did not accept an extension that the client requires'],
  1011: [
    'Internal Error',
    'an unexpected condition prevented the server from fulfilling the request',
  ],
  1012: ['Service Restart', 'the service restarts; reconnect after a random delay'],
  1013: ['Try Again Later', 'the service is overloaded'],
  1014: ['Bad Gateway', 'a gateway received an invalid response from its upstream server'],
  1015: ['TLS handshake', 'the TLS handshake failed; never sent'],
};

function describe(code: number): readonly [name: string, meaning: string, section: string] {
  const registered = REGISTERED[code];
  if (registered !== undefined) return [...registered, '7.4.1'];
  if (code < 1000) return ['Not used', 'codes below 1000 are not used', '7.4.2'];
  if (code < 3000) return ['Unassigned', 'reserved for the protocol, and not defined', '7.4.2'];
  if (code < 4000)
    return [
      'Registered use',
      'registered for a library or framework; see the IANA registry',
      '7.4.2',
    ];
  if (code < 5000) return ['Private use', 'the meaning is agreed between the endpoints', '7.4.2'];
  return ['Out of range', 'codes above 4999 are not used', '7.4.2'];
}

/** Returns the name and meaning of a status code. */
export function closeCodeMeaning(code: number): CloseCodeMeaning {
  const [name, meaning, section] = describe(code);
  return { code, name, meaning, section, isSendable: isValidStatusCode(code) };
}
