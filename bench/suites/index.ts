// All suites, by name, in the order they run.

import { connections } from './connections.ts';
import { broadcastSuite, echoSuite, pingpongSuite } from './end-to-end.ts';
import { mask } from './mask.ts';
import { receive } from './receive.ts';
import { send } from './send.ts';
import { startup } from './startup.ts';
import type { Suite } from './suite.ts';
import { transports } from './transports.ts';
import { utf8 } from './utf8.ts';

export const SUITES = {
  mask,
  utf8,
  receive,
  send,
  startup,
  echo: echoSuite,
  pingpong: pingpongSuite,
  broadcast: broadcastSuite,
  connections,
  transports,
} satisfies Record<string, Suite>;

export type SuiteName = keyof typeof SUITES;
export const SUITE_NAMES = Object.keys(SUITES) as SuiteName[];
