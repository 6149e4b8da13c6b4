// Settings from flags and environment variables, and listening on ports. Errors are reported in one line.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

/** A setting that the user must change. `run` and `exitOnFault` (process.js) print it in one line. */
export class SettingError extends Error {}

/**
 * Parses `args`. `known` holds each flag's default (`fallback`), and either `least` and `most` for an integer, or the
 * allowed words (`of`), or neither for any text and for switches.
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
  return typeof fallback === 'number' ? integerFrom(`--${name}`, value, least, most) : value;
}

/** Reads an integer from an environment variable. */
export function numberFrom(env, variable, fallback, least, most) {
  return integerFrom(variable, env[variable] ?? `${fallback}`, least, most);
}

/** Reads one of the allowed words from an environment variable. The first is the default. */
export function wordFrom(env, variable, words) {
  return oneOf(variable, env[variable] ?? words[0], words);
}

/** Parses an integer. `name` is the flag or variable, for the error message. */
export function integerFrom(name, text, least, most) {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number) || number < least || number > most) {
    throw new SettingError(`${name} must be an integer from ${least} to ${most}, got "${text}"`);
  }
  return number;
}

function oneOf(name, value, words) {
  if (words.includes(value)) return value;
  throw new SettingError(`${name} must be one of ${words.join(', ')}, got "${value}"`);
}

/** Why a server cannot listen, and what to change. `setting` is the flag or variable for the port. */
const REMEDIES = {
  EADDRINUSE: ({ address, setting }) =>
    `${address} is in use: choose another port with ${setting}, or 0 for any free one`,
  EACCES: ({ address, setting }) =>
    `${address} requires more privileges: choose a port above 1023 with ${setting}`,
  EADDRNOTAVAIL: ({ host }) => `${host} is not an address of this machine: change HOST`,
  ENOTFOUND: ({ host }) => `${host} cannot be resolved: change HOST`,
  EAI_AGAIN: ({ host }) => `${host} cannot be resolved at the moment: retry, or change HOST`,
};

/** Listens, by default on this machine only, and resolves to the port. */
export async function listen(server, port, setting, host = '127.0.0.1') {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!(error.code in REMEDIES)) throw error;
    const address = `${bracketed(host)}:${port}`;
    throw new SettingError(REMEDIES[error.code]({ address, host, setting }));
  }
  return server.address().port;
}

/** Rejects like `listen` if the port is not available. */
export async function assertFree(port, setting, host) {
  const server = createServer();
  await listen(server, port, setting, host);
  server.close();
  await once(server, 'close');
}

/** The host as written in URLs: IPv6 addresses get brackets. */
export function bracketed(host) {
  return host.includes(':') ? `[${host}]` : host;
}
