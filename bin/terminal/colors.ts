// Colours on a terminal and nowhere else, also not where a CI service says that it could show them:
// what is piped is read by programs. FORCE_COLOR asks for them all the same.

import picocolors from 'picocolors';

const { env, argv, stdout } = process;
const isRefused = Boolean(env.NO_COLOR) || argv.includes('--no-color') || env.TERM === 'dumb';
const isForced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== '0';

export const colors = picocolors.createColors(!isRefused && (isForced || stdout.isTTY === true));
