// One server in a process of its own, so that its CPU time can be told from the client's.
// Argument: which server. Over the parent's channel it tells its port, what it decoded, and what it used.

import { answerParent, tell } from './channel.ts';
import type { ServerName } from './names.ts';
import { listen } from './servers.ts';

let isQuiet = false;
answerParent((asked) => {
  if (asked === 'quiet') isQuiet = true;
  else globalThis.gc?.();
});

listen(
  process.argv[2] as ServerName,
  (what, describe) => {
    if (!isQuiet) tell({ type: 'note', what, detail: describe() });
  },
  (port) => tell({ type: 'listening', port }),
);
