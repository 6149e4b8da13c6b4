// What every program shares: it tells its parent where it listens, and of each WebSocket it meets whether
// that is accelerated. PLUG=1 asks a program to plug the codec in as its documentation has it.

import { isAccelerated } from 'wsimd/ws';

export const plug = process.env.PLUG === '1';
export const port = Number(process.argv[2]);

const print = (line) => process.stdout.write(`${line}\n`);

/** Tells that the server listens. */
export function listening(server) {
  print(`port ${server.address().port}`);
}

/** Tells of a WebSocket. */
export function met(socket) {
  print(`accelerated ${isAccelerated(socket)}`);
}

/** Part of the conversation, to be the same whoever is at either end. */
export function say(...what) {
  print(`said ${JSON.stringify(what)}`);
}

export const korean = '안녕하세요, 세계! 👋';
export const large = '긴 글도 문제없어요. '.repeat(10_000);
export const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i * 7));

/** A short name for long things. */
export function brief(data) {
  const text = typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
  return text.length < 60 ? text : `${text.length} of ${text.slice(0, 10)}`;
}
