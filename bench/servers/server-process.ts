// One server in a process of its own, so that its CPU time can be told from the client's.
// Argument: which server. Over the parent's channel it tells its port, what it decoded, and what it used.

import type { ServerName } from './names.ts';
import { listen } from './servers.ts';

/** What the process tells its parent. */
export type FromServer =
  | { type: 'listening'; port: number }
  | { type: 'note'; what: string; detail: string }
  | { type: 'usage'; microseconds: number; rss: number };

/** What the parent asks. */
export type ToServer = 'usage' | 'quiet';

const tell = (message: FromServer): void => {
  process.send?.(message);
};

let isQuiet = false;
process.on('message', (asked: ToServer) => {
  if (asked === 'quiet') isQuiet = true;
  else globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  tell({ type: 'usage', microseconds: user + system, rss: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit());

listen(
  process.argv[2] as ServerName,
  (what, describe) => {
    if (!isQuiet) tell({ type: 'note', what, detail: describe() });
  },
  (port) => tell({ type: 'listening', port }),
);
