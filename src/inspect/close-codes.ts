// Status codes of the close frame in words, RFC 6455 §7.4 and the IANA registry it set up.

import { isValidStatusCode } from '../protocol/status-codes.ts';

/** What a status code stands for. */
export interface CloseCodeMeaning {
  code: number;
  name: string;
  meaning: string;
  /** The section of RFC 6455 that tells of it. */
  section: string;
  /** Whether a close frame may carry it. */
  isSendable: boolean;
}

const REGISTERED: Readonly<Record<number, readonly [name: string, meaning: string]>> = {
  1000: ['Normal Closure', 'the purpose for which the connection was made is fulfilled'],
  1001: ['Going Away', 'an end goes away: a server goes down, or a page was left'],
  1002: ['Protocol error', 'the other end broke the protocol'],
  1003: ['Unsupported Data', 'a kind of data came that this end cannot accept'],
  1004: ['Reserved', 'reserved, with no meaning yet'],
  1005: ['No Status Rcvd', 'stands for a close frame without a code; never sent'],
  1006: [
    'Abnormal Closure',
    'stands for a connection that ended without a close frame; never sent',
  ],
  1007: [
    'Invalid frame payload data',
    'a message was not what its type says, as text that is not UTF-8',
  ],
  1008: ['Policy Violation', 'a message went against a policy of this end'],
  1009: ['Message Too Big', 'a message is too big for this end'],
  1010: ['Mandatory Extension', 'the server did not agree to an extension the client needs'],
  1011: ['Internal Error', 'something unexpected kept the server from fulfilling the request'],
  1012: ['Service Restart', 'the service restarts; connect again after a random delay'],
  1013: ['Try Again Later', 'the service is overloaded'],
  1014: ['Bad Gateway', 'a gateway got an invalid answer from the server behind it'],
  1015: ['TLS handshake', 'stands for a TLS handshake that failed; never sent'],
};

function describe(code: number): readonly [name: string, meaning: string, section: string] {
  const registered = REGISTERED[code];
  if (registered !== undefined) return [...registered, '7.4.1'];
  if (code < 1000) return ['Not used', 'codes below 1000 are not used', '7.4.2'];
  if (code < 3000)
    return ['Unassigned', 'reserved for the protocol; nobody has defined it', '7.4.2'];
  if (code < 4000)
    return ['Registered use', 'of a library or framework; see the IANA registry', '7.4.2'];
  if (code < 5000) return ['Private use', 'what it means, the two ends have agreed on', '7.4.2'];
  return ['Out of range', 'codes from 5000 on are not used', '7.4.2'];
}

/** A status code in words. */
export function closeCodeMeaning(code: number): CloseCodeMeaning {
  const [name, meaning, section] = describe(code);
  return { code, name, meaning, section, isSendable: isValidStatusCode(code) };
}
