// How a server of these examples ends: with one line that says why, and a status.

import { SettingError } from './settings.js';

/** Settings, and ports, that have to be changed by whoever starts it. */
const STATUS_OF_SETTINGS = 2;

const LISTENING = {
  EADDRINUSE: 'is in use: choose another port with PORT (or TLS_PORT), or end what has it',
  EACCES: 'is not for this user: choose a port above 1023',
  EADDRNOTAVAIL: 'is no address of this machine: change HOST',
  ENOTFOUND: 'is a name nobody knows: change HOST',
  EAI_AGAIN: 'is a name nobody knows just now: change HOST',
};

export function exitOnFault() {
  process.on('uncaughtException', (error) => {
    const { code, address, port, message, stack } = error;
    const { hostname = `${address}:${port}` } = error;
    const known = ['listen', 'getaddrinfo'].includes(error.syscall) ? LISTENING[code] : undefined;
    if (known !== undefined) console.error(`${hostname} ${known}.`);
    else console.error(error instanceof SettingError ? `${message}.` : stack);
    process.exit(known !== undefined || error instanceof SettingError ? STATUS_OF_SETTINGS : 1);
  });
}

/** Ends in order at the first signal, at once at the second. */
export function onSignal(end, signals = ['SIGINT', 'SIGTERM']) {
  let isEnding = false;
  const handle = async (signal) => {
    if (isEnding) process.exit(1);
    isEnding = true;
    console.error(`${signal}: taking leave of everybody`);
    await end();
    process.exit(0);
  };
  for (const signal of signals) process.on(signal, handle);
}
