// How the examples exit: on an invalid setting, with one line and status 2.

import { SettingError } from './settings.js';

const STATUS_OF_SETTINGS = 2;

/** Runs a program. An invalid setting ends it, whatever it has started. */
export async function run(program) {
  try {
    await program();
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    exitForSetting(error);
  }
}

/** The same for a module that is itself the program. Any other error ends it with status 1. */
export function exitOnFault() {
  process.on('uncaughtException', (error) => {
    if (error instanceof SettingError) exitForSetting(error);
    console.error(error.stack);
    process.exit(1);
  });
}

function exitForSetting({ message }) {
  console.error(message);
  process.exit(STATUS_OF_SETTINGS);
}

/** Shuts down gracefully at the first signal, immediately at the second. */
export function onSignal(end, signals = ['SIGINT', 'SIGTERM']) {
  let isEnding = false;
  const handle = async (signal) => {
    if (isEnding) process.exit(1);
    isEnding = true;
    console.error(`${signal}: shutting down`);
    await end();
    process.exit(0);
  };
  for (const signal of signals) process.on(signal, handle);
}
