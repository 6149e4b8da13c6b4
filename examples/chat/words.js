// Why a connection ended, in words for the person at its end.

const MEANINGS = {
  1000: 'The conversation was ended.',
  1001: 'The server went away.',
  1002: 'The two ends did not understand each other.',
  1003: 'The server does not take that kind of message.',
  1006: 'The connection broke, or the server could not be reached.',
  1007: 'Something that was sent was no text.',
  1008: 'The server does not allow what was done here.',
  1009: 'A message was bigger than the server takes.',
  1011: 'Something went wrong at the server.',
  1012: 'The server is being restarted.',
  1013: 'The server has too much to do just now.',
};

export function closingInWords(code, reason) {
  return reason || (MEANINGS[code] ?? `The connection was closed with code ${code}.`);
}
