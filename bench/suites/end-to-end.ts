// echo, pingpong, broadcast: real servers in processes of their own, and the CPU they need a message.

import type { Ratio, Row } from '../report.ts';
import { framesOf, openRaw, type RawClient } from '../servers/raw-client.ts';
import { ServerHandle } from '../servers/server-handle.ts';
import type { ServerName } from '../servers/servers.ts';
import { median, medianRatio, quantile } from '../stats.ts';

export interface EndToEndOptions {
  rounds: number;
  /** Milliseconds a server is kept busy in a round. */
  time: number;
  servers: readonly ServerName[];
  onSubject(rows: Row[], ratios: Ratio[]): void;
}

/** Some way to keep a server busy. */
interface Load {
  suite: string;
  /** What the load is, in words. */
  chunks: string;
  bytes: number;
  isText: boolean;
  connections: number;
  /** Keeps the server busy for `time` milliseconds; returns the messages it had to handle. */
  run(clients: readonly RawClient[], time: number): Promise<number>;
}

const ECHO_BYTES = 1 << 18;
const ECHO_MOST = 1000;
const ECHO_CONNECTIONS = 4;

/** Every connection sends windows of messages, one behind the other. */
function echo(bytes: number): Load {
  const isText = bytes < 1000;
  const payload = Buffer.alloc(bytes, isText ? 'chat, and so on; ' : Buffer.from([7, 130, 255]));
  const window = Math.max(1, Math.min(ECHO_MOST, Math.floor(ECHO_BYTES / bytes)));
  const { bytes: frames, answer } = framesOf(payload, isText, window);
  return {
    ...{ suite: 'echo', bytes, isText, connections: ECHO_CONNECTIONS },
    chunks: `${ECHO_CONNECTIONS} connections, pipelined`,
    async run(clients, time) {
      const until = performance.now() + time;
      let count = 0;
      const work = async (client: RawClient): Promise<void> => {
        while (performance.now() < until) {
          await client.exchange(frames, answer);
          count += window;
        }
      };
      await Promise.all(clients.map(work));
      return count;
    },
  };
}

/** Every connection has one message under way. */
function pingpong(bytes: number, connections: number): Load {
  const { bytes: frame, answer } = framesOf(Buffer.alloc(bytes, 'a'), true, 1);
  return {
    ...{ suite: 'pingpong', bytes, isText: true, connections },
    chunks: `${connections} connections, one message each`,
    async run(clients, time) {
      const until = performance.now() + time;
      let count = 0;
      const work = async (client: RawClient): Promise<void> => {
        while (performance.now() < until) {
          await client.exchange(frame, answer);
          count++;
        }
      };
      await Promise.all(clients.map(work));
      return count;
    },
  };
}

/** One asks, all are sent `batch` messages. */
function broadcast(bytes: number, connections: number, batch: number): Load {
  const { bytes: order } = framesOf(Buffer.from(`broadcast ${batch} ${bytes}`), true, 1);
  const { answer } = framesOf(Buffer.alloc(bytes), false, batch);
  return {
    ...{ suite: 'broadcast', bytes, isText: false, connections },
    chunks: `${batch} messages to ${connections} clients`,
    async run(clients, time) {
      const until = performance.now() + time;
      let count = 0;
      while (performance.now() < until) {
        const all = clients.map(
          (client) => new Promise<void>((resolve) => client.expect(answer, resolve)),
        );
        clients[0].socket.write(order);
        await Promise.all(all);
        count += batch * connections;
      }
      return count;
    },
  };
}

export const LOADS = {
  echo: (sizes: readonly number[]) => sizes.map(echo),
  pingpong: () => [pingpong(64, 100)],
  broadcast: () => [broadcast(64, 20, 64), broadcast(64, 100, 16), broadcast(64, 100, 1)],
} as const;

/** Runs loads, one after another, on all servers in turn. */
export async function runEndToEnd(loads: readonly Load[], options: EndToEndOptions): Promise<void> {
  for (const load of loads) await measureLoad(load, options);
}

async function measureLoad(load: Load, options: EndToEndOptions): Promise<void> {
  const { servers, rounds, time } = options;
  const handles = await Promise.all(servers.map((name) => ServerHandle.start(name)));
  const used: number[][] = handles.map(() => []);
  try {
    for (const handle of handles) await handle.usage('quiet');
    const clients = await Promise.all(
      handles.map(({ port }) => connectAll(port, load.connections)),
    );
    for (let round = -1; round < rounds; round++) {
      for (const [index, handle] of handles.entries()) {
        const before = (await handle.usage()).microseconds;
        const count = await load.run(clients[index], time);
        const after = (await handle.usage()).microseconds;
        if (round >= 0) used[index].push(((after - before) * 1000) / count);
      }
    }
    for (const client of clients.flat()) client.close();
  } finally {
    for (const handle of handles) handle.stop();
  }
  report(load, used, options);
}

function connectAll(port: number, connections: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: connections }, () => openRaw(port)));
}

function report(
  load: Load,
  used: readonly number[][],
  { servers, onSubject }: EndToEndOptions,
): void {
  const { suite, bytes, chunks, isText } = load;
  const subject = {
    suite,
    case: isText ? 'ascii' : 'binary',
    role: 'server',
    bytes,
    chunks,
  } as const;
  const rows = servers.map((impl, index) => ({
    ...subject,
    ...{ impl, unit: 'ns/message', median: median(used[index]), p99: quantile(used[index], 0.99) },
    rounds: used[index],
  }));
  const ratios = servers.flatMap((against, their) =>
    servers
      .map((impl, our) => ({
        ...subject,
        impl,
        against,
        ratio: medianRatio(used[their], used[our]),
      }))
      .filter(({ impl }) => impl.startsWith('wsimd') && !against.startsWith('wsimd')),
  );
  onSubject(rows, ratios);
}
