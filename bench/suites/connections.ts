// connections: what a connection costs that does nothing: memory, and the time to accept it.

import { shuffled } from '../harness.ts';
import { evaluate } from '../report.ts';
import type { ServerName } from '../servers/names.ts';
import { openRaw, type RawClient } from '../servers/raw-client.ts';
import { ServerHandle } from '../servers/server-handle.ts';
import type { Plan, Suite } from './suite.ts';

/** Handshakes under way at a time. */
const AT_ONCE = 50;

interface Cost {
  /** Of memory, a connection. */
  bytes: number;
  /** Of CPU, to accept one. */
  nanoseconds: number;
}

/** Opens connections to a fresh server, and asks what it then holds. */
async function costOf(name: ServerName, count: number): Promise<Cost> {
  const handle = await ServerHandle.start(name, { exposeGc: true });
  const clients: RawClient[] = [];
  try {
    const open = async (most: number): Promise<void> => {
      while (clients.length < most) {
        const batch = Math.min(AT_ONCE, most - clients.length);
        clients.push(
          ...(await Promise.all(Array.from({ length: batch }, () => openRaw(handle.port)))),
        );
      }
    };
    // What the first connections set up is not what one more costs.
    await open(Math.min(500, count));
    await handle.usage();
    const before = await handle.usage();
    const first = clients.length;
    await open(first + count);
    await handle.usage();
    const after = await handle.usage();
    return {
      bytes: (after.rss - before.rss) / count,
      nanoseconds: ((after.microseconds - before.microseconds) * 1000) / count,
    };
  } finally {
    for (const client of clients) client.close();
    handle.stop();
  }
}

export const connections: Suite = {
  what: 'memory of an idle connection, CPU to accept one',
  needs: ['ws'],
  steps: () => 1,
  async *run(plan: Plan) {
    const { servers, connections: count } = plan;
    const costs = servers.map((): Cost[] => []);
    for (let round = 0; round < Math.ceil(plan.rounds / 3); round++) {
      for (const index of shuffled(servers.length, plan.random)) {
        costs[index].push(await costOf(servers[index], count));
      }
    }
    const chunks = `${count.toLocaleString('en')} connections`;
    for (const [kind, key, unit] of [
      ['memory', 'bytes', 'bytes'],
      ['accept', 'nanoseconds', 'ns'],
    ] as const) {
      const subject = {
        suite: 'connections',
        case: kind,
        role: 'server',
        bytes: 0,
        chunks,
      } as const;
      const taken = servers.map((impl, index) => ({
        impl,
        rounds: costs[index].map((cost) => cost[key]),
      }));
      yield evaluate(subject, unit, taken);
    }
  },
};
