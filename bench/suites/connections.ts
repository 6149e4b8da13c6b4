// connections: what a connection costs that does nothing: memory, and the time to accept it.

import type { Ratio, Row } from '../report.ts';
import { openRaw, type RawClient } from '../servers/raw-client.ts';
import { ServerHandle } from '../servers/server-handle.ts';
import type { ServerName } from '../servers/servers.ts';
import { median, medianRatio, quantile } from '../stats.ts';

export interface ConnectionsOptions {
  count: number;
  rounds: number;
  servers: readonly ServerName[];
  onSubject(rows: Row[], ratios: Ratio[]): void;
}

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

/** Runs the suite: a fresh process for each server and round. */
export async function runConnections(options: ConnectionsOptions): Promise<void> {
  const { count, rounds, servers, onSubject } = options;
  const costs = servers.map((): Cost[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, name] of servers.entries()) costs[index].push(await costOf(name, count));
  }
  const chunks = `${count.toLocaleString('en')} connections`;
  for (const [kind, key, unit] of [
    ['memory', 'bytes', 'bytes'],
    ['accept', 'nanoseconds', 'ns'],
  ] as const) {
    const subject = { suite: 'connections', case: kind, role: 'server', bytes: 0, chunks } as const;
    const values = costs.map((all) => all.map((cost) => cost[key]));
    const rows = servers.map((impl, index) => ({
      ...subject,
      ...{ impl, unit, median: median(values[index]), p99: quantile(values[index], 0.99) },
      rounds: values[index],
    }));
    const ratios = servers.flatMap((against, their) =>
      servers
        .map((impl, our) => ({
          ...subject,
          impl,
          against,
          ratio: medianRatio(values[their], values[our]),
        }))
        .filter(({ impl }) => impl.startsWith('wsimd') && !against.startsWith('wsimd')),
    );
    onSubject(rows, ratios);
  }
}
