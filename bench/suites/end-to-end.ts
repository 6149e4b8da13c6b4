// echo, pingpong, broadcast: real servers in processes of their own, and the CPU they need a message.

import { shuffled } from '../harness.ts';
import { evaluate, join, type Taken, takenByWaits } from '../report.ts';
import { framesOf, openRaw, type RawClient } from '../servers/raw-client.ts';
import { ServerHandle } from '../servers/server-handle.ts';
import type { Findings, Plan, Suite } from './suite.ts';

/** Some way to keep a server busy. */
interface Load {
  suite: string;
  /** What the load is, in words. */
  chunks: string;
  bytes: number;
  isText: boolean;
  connections: number;
  /**
   * Keeps the server busy for `time` milliseconds; returns the messages it had to handle. Notes how many
   * milliseconds each answer (to all that was sent at once) took.
   */
  run(clients: readonly RawClient[], time: number, waits: number[]): Promise<number>;
}

const ECHO_BYTES = 1 << 18;
const ECHO_MOST = 1000;
const ECHO_CONNECTIONS = 4;

/** Every connection sends its frames again as soon as all of them are answered. */
function exchanging(frames: Uint8Array, answer: number, messages: number): Load['run'] {
  return async (clients, time, waits) => {
    const until = performance.now() + time;
    let count = 0;
    const work = async (client: RawClient): Promise<void> => {
      while (performance.now() < until) {
        const sent = performance.now();
        await client.exchange(frames, answer);
        waits.push(performance.now() - sent);
        count += messages;
      }
    };
    await Promise.all(clients.map(work));
    return count;
  };
}

/** Every connection sends windows of messages, one behind the other. */
function echo(bytes: number): Load {
  const isText = bytes < 1000;
  const payload = Buffer.alloc(bytes, isText ? 'chat, and so on; ' : Buffer.from([7, 130, 255]));
  const window = Math.max(1, Math.min(ECHO_MOST, Math.floor(ECHO_BYTES / bytes)));
  const { bytes: frames, answer } = framesOf(payload, isText, window);
  return {
    ...{ suite: 'echo', bytes, isText, connections: ECHO_CONNECTIONS },
    chunks: `${ECHO_CONNECTIONS} connections, pipelined`,
    run: exchanging(frames, answer, window),
  };
}

/** Every connection has one message under way. */
function pingpong(bytes: number, connections: number): Load {
  const { bytes: frame, answer } = framesOf(Buffer.alloc(bytes, 'a'), true, 1);
  return {
    ...{ suite: 'pingpong', bytes, isText: true, connections },
    chunks: `${connections} connections, one message each`,
    run: exchanging(frame, answer, 1),
  };
}

/** One asks, all are sent `batch` messages. */
function broadcast(bytes: number, connections: number, batch: number): Load {
  const { bytes: order } = framesOf(Buffer.from(`broadcast ${batch} ${bytes}`), true, 1);
  const { answer } = framesOf(Buffer.alloc(bytes), false, batch);
  return {
    ...{ suite: 'broadcast', bytes, isText: false, connections },
    chunks: `${batch} messages to ${connections} clients`,
    async run(clients, time, waits) {
      const until = performance.now() + time;
      let count = 0;
      while (performance.now() < until) {
        const all = clients.map(
          (client) => new Promise<void>((resolve) => client.expect(answer, resolve)),
        );
        const sent = performance.now();
        clients[0].socket.write(order);
        await Promise.all(all);
        waits.push(performance.now() - sent);
        count += batch * connections;
      }
      return count;
    },
  };
}

function endToEnd(what: string, loadsFor: (plan: Plan) => Load[]): Suite {
  return {
    what,
    needs: ['ws'],
    steps: (plan) => loadsFor(plan).length,
    async *run(plan) {
      for (const load of loadsFor(plan)) yield await measureLoad(load, plan);
    },
  };
}

export const echoSuite = endToEnd(
  'servers that echo, many messages under way: CPU a message',
  ({ sizes }) => sizes.map(echo),
);
export const pingpongSuite = endToEnd(
  'servers that echo, one message under way on each of 100 connections',
  () => [pingpong(64, 100)],
);
export const broadcastSuite = endToEnd('servers that send a message to many', () => [
  broadcast(64, 20, 64),
  broadcast(64, 100, 16),
  broadcast(64, 100, 1),
]);

/** What one server took in one round. */
interface Round {
  /** Nanoseconds a message. */
  cpu: number;
  wall: number;
  /** Milliseconds each answer took. */
  waits: number[];
}

/** One load, on all servers in turn. */
async function measureLoad(load: Load, plan: Plan): Promise<Findings> {
  const { servers, rounds, random } = plan;
  const handles = await Promise.all(servers.map((name) => ServerHandle.start(name)));
  const taken = handles.map((): Round[] => []);
  try {
    for (const handle of handles) await handle.usage('quiet');
    const clients = await Promise.all(
      handles.map(({ port }) => connectAll(port, load.connections)),
    );
    for (let round = -1; round < rounds; round++) {
      for (const index of shuffled(handles.length, random)) {
        const one = await roundOf(load, handles[index], clients[index], plan.serverTime);
        if (round >= 0) taken[index].push(one);
      }
    }
    for (const client of clients.flat()) client.close();
  } finally {
    for (const handle of handles) handle.stop();
  }
  return findingsOf(load, servers, taken);
}

async function roundOf(
  load: Load,
  handle: ServerHandle,
  clients: readonly RawClient[],
  time: number,
): Promise<Round> {
  const waits: number[] = [];
  const before = (await handle.usage()).microseconds;
  const started = performance.now();
  const count = await load.run(clients, time, waits);
  const wall = ((performance.now() - started) * 1e6) / count;
  const cpu = (((await handle.usage()).microseconds - before) * 1000) / count;
  return { cpu, wall, waits };
}

/** Server CPU first: it is what the machine's other core does not blur. */
function findingsOf(
  { suite, bytes, chunks, isText }: Load,
  servers: readonly string[],
  taken: readonly Round[][],
): Findings {
  const kind = isText ? 'ascii' : 'binary';
  const measured = (
    what: string,
    unit: string,
    takenBy: (rounds: Round[]) => Omit<Taken, 'impl'>,
  ) =>
    evaluate(
      { suite, case: kind, role: 'server', bytes, chunks: chunks + what },
      unit,
      servers.map((impl, index) => ({ impl, ...takenBy(taken[index]) })),
    );
  return join([
    measured('', 'ns/message', (rounds) => ({ rounds: rounds.map(({ cpu }) => cpu) })),
    measured(', time', 'ns/message', (rounds) => ({ rounds: rounds.map(({ wall }) => wall) })),
    measured(', answer', 'ms', (rounds) => takenByWaits(rounds.map(({ waits }) => waits))),
  ]);
}

function connectAll(port: number, connections: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: connections }, () => openRaw(port)));
}
