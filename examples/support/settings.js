// Flags as settings: whole numbers within bounds, or one of a few words.

import { once } from 'node:events';
import { parseArgs } from 'node:util';

/** What a person has to put right: shown without a stack. */
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
  if (of !== undefined && !of.includes(value)) {
    throw new SettingError(`--${name} is one of ${of.join(', ')}, not "${value}"`);
  }
  if (typeof fallback !== 'number') return value;
  const number = Number(value);
  if (value.trim() === '' || !Number.isInteger(number) || number < least || number > most) {
    throw new SettingError(`--${name} is a whole number from ${least} to ${most}, not "${value}"`);
  }
  return number;
}

/** Listens on this machine, and returns the port; where it is not to be had, says by which `flag` to change it. */
export async function listen(server, port, flag) {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error.code === 'EADDRINUSE') {
      throw new SettingError(`port ${port} is in use: choose another with ${flag}, or 0 for any`);
    }
    if (error.code === 'EACCES') throw new SettingError(`port ${port} may not be used: ${flag} 0?`);
    throw error;
  }
  return server.address().port;
}

/** Runs a program; what a person has to put right is said in one line, with status 2. */
export async function run(program) {
  try {
    await program();
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
