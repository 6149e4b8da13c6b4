// Settings, by flags or by environment variables, and the ports they name. What is wrong is reported in one line.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

/** What a person has to change. `run` and `exitOnFault` (process.js) print it in one line. */
export class SettingError extends Error {}

/**
 * Reads `args` by `known`: of each flag its default, and either `least` and `most`, or the words it may be
 * (`of`), or nothing more for any text and for switches.
 */
export function readSettings(known, args = process.argv.slice(2)) {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { fallback }]) => [
      name,
      { type: typeof fallback === 'boolean' ? 'boolean' : 'string' },
    ]),
  );
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch ({ message }) {
    throw new SettingError(message);
  }
  return Object.fromEntries(
    Object.entries(known).map(([name, setting]) => [name, check(name, values[name], setting)]),
  );
}

function check(name, value, { fallback, least, most, of }) {
  if (value === undefined) return fallback;
  if (of !== undefined) return oneOf(`--${name}`, value, of);
  return typeof fallback === 'number' ? wholeNumber(`--${name}`, value, least, most) : value;
}

/** The value of an environment variable that is a whole number. */
export function numberFrom(env, variable, fallback, least, most) {
  return wholeNumber(variable, env[variable] ?? `${fallback}`, least, most);
}

/** The value of an environment variable that is one of a few words; the first is the default. */
export function wordFrom(env, variable, words) {
  return oneOf(variable, env[variable] ?? words[0], words);
}

/** `text` as a number; `name` is the flag or the variable it was given by. */
export function wholeNumber(name, text, least, most) {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number) || number < least || number > most) {
    throw new SettingError(`${name} is a whole number from ${least} to ${most}, not "${text}"`);
  }
  return number;
}

function oneOf(name, value, words) {
  if (words.includes(value)) return value;
  throw new SettingError(`${name} is one of ${words.join(', ')}, not "${value}"`);
}

/** Why a server cannot listen, and what to change; `setting` is the flag or the variable that chooses the port. */
const REMEDIES = {
  EADDRINUSE: ({ address, setting }) =>
    `${address} is in use: choose another port with ${setting}, or 0 for any free one`,
  EACCES: ({ address, setting }) =>
    `${address} is not for this user: choose a port above 1023 with ${setting}`,
  EADDRNOTAVAIL: ({ host }) => `${host} is not an address of this machine: change HOST`,
  ENOTFOUND: ({ host }) => `${host} is not a known name: change HOST`,
  EAI_AGAIN: ({ host }) => `${host} is not a known name at the moment: change HOST`,
};

/** Listens, by default on this machine only, and resolves to the port. */
export async function listen(server, port, setting, host = '127.0.0.1') {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!(error.code in REMEDIES)) throw error;
    const address = `${nameOf(host)}:${port}`;
    throw new SettingError(REMEDIES[error.code]({ address, host, setting }));
  }
  return server.address().port;
}

/** Rejects as `listen` does where the port is not available. */
export async function assertFree(port, setting, host) {
  const server = createServer();
  await listen(server, port, setting, host);
  server.close();
  await once(server, 'close');
}

/** A host as it is written in addresses: IPv6 has brackets. */
export function nameOf(host) {
  return host.includes(':') ? `[${host}]` : host;
}
