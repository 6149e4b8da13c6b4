// Explains close codes to users.

const MEANINGS = {
  1000: 'The chat was closed.',
  1001: 'The server went away.',
  1002: 'Protocol error.',
  1003: 'The server does not accept this type of message.',
  1006: 'The connection was lost, or the server is unreachable.',
  1007: 'A message contained invalid text.',
  1008: 'The server rejected an action that is not allowed.',
  1009: 'A message was too large for the server.',
  1011: 'The server had an internal error.',
  1012: 'The server is restarting.',
  1013: 'The server is overloaded. Try again later.',
};

export function describeClose(code, reason) {
  return reason || (MEANINGS[code] ?? `The connection was closed with code ${code}.`);
}
