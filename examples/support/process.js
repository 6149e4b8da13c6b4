// How a program of these examples ends: where a person has to change a setting, with one line and status 2.

import { SettingError } from './settings.js';

const STATUS_OF_SETTINGS = 2;

/** Runs a program. A setting that is wrong ends it, whatever it has started by then. */
export async function run(program) {
  try {
    await program();
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    endForSetting(error);
  }
}

/** The same for a server whose file is its program; any other fault ends it with status 1. */
export function exitOnFault() {
  process.on('uncaughtException', (error) => {
    if (error instanceof SettingError) endForSetting(error);
    console.error(error.stack);
    process.exit(1);
  });
}

function endForSetting({ message }) {
  console.error(message);
  process.exit(STATUS_OF_SETTINGS);
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
