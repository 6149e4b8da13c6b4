// transports: the same chat by polling, long polling, streaming, server-sent events and WebSocket, over real
// HTTP on the loopback interface: why WebSocket exists, and where it does not pay.

import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { shuffled } from '../harness.ts';
import { evaluate, join, takenByWaits } from '../report.ts';
import { ServerHandle } from '../servers/server-handle.ts';
import { type Findings, isWanted, type Plan, type Suite } from './suite.ts';

const RATES = [1, 10, 100];
/** Milliseconds from one poll to the next. */
const POLL_EVERY = 500;

const WAYS = ['wsimd', 'ws', 'polling', 'long-polling', 'streaming', 'server-sent-events'] as const;
type Way = (typeof WAYS)[number];

/** What a client sees of one run. */
interface Seen {
  /** Milliseconds from when a message was made to when it was read. */
  latencies: number[];
  requests: number;
  /** Bytes of all connections, both ways. */
  bytes: number;
}

interface Client {
  seen: Seen;
  stop(): void;
}

interface Message {
  at: string;
}

function note(seen: Seen, { at }: Message): void {
  seen.latencies.push(Number(process.hrtime.bigint() - BigInt(at)) / 1e6);
}

/** Keeps count of the bytes of every connection it makes. */
class CountingAgent extends Agent {
  private readonly sockets_ = new Set<Socket>();

  override createConnection(
    ...args: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const socket = super.createConnection(...args) as Socket;
    this.sockets_.add(socket);
    return socket;
  }

  get bytes(): number {
    return [...this.sockets_].reduce((sum, one) => sum + one.bytesRead + one.bytesWritten, 0);
  }
}

function startHttp(way: Way, port: number, rate: number): Client {
  const agent = new CountingAgent({ keepAlive: true });
  const seen: Seen = { latencies: [], requests: 0, bytes: 0 };
  let isOver = false;
  const path = { polling: 'poll', 'long-polling': 'long', streaming: 'stream' }[way as string];
  const request = (query: string, onResponse: (response: IncomingMessage) => void): void => {
    seen.requests++;
    const url = `http://127.0.0.1:${port}/${path ?? 'events'}/${rate}${query}`;
    get(url, { agent }, onResponse).on('error', () => {});
  };
  if (path === 'poll' || path === 'long') {
    const ask = (since: string): void => {
      if (isOver) return;
      request(since, async (response) => {
        let body = '';
        for await (const chunk of response.setEncoding('utf8')) body += chunk;
        const { next, messages } = JSON.parse(body) as { next: number; messages: Message[] };
        for (const message of messages) note(seen, message);
        const again = (): void => ask(`?since=${next}`);
        if (path === 'long') again();
        else setTimeout(again, POLL_EVERY);
      });
    };
    ask('');
  } else {
    request('', (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line !== '') note(seen, JSON.parse(line.replace(/^data: /, '')));
        }
      });
      response.on('error', () => {});
    });
  }
  return {
    seen,
    stop() {
      isOver = true;
      seen.bytes = agent.bytes;
      agent.destroy();
    },
  };
}

async function startWebSocket(port: number, rate: number): Promise<Client> {
  const { WebSocket } = createRequire(import.meta.url)('ws');
  const seen: Seen = { latencies: [], requests: 1, bytes: 0 };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${rate}`, { perMessageDeflate: false });
  await once(socket, 'open');
  socket.on('message', (data: Buffer) => note(seen, JSON.parse(data.toString())));
  return {
    seen,
    stop() {
      const { bytesRead, bytesWritten } = socket._socket;
      seen.bytes = bytesRead + bytesWritten;
      socket.terminate();
    },
  };
}

interface Cost {
  requests: number;
  bytes: number;
  cpu: number;
  latencies: number[];
}

async function costOf(way: Way, handle: ServerHandle, rate: number, time: number): Promise<Cost> {
  const isWebSocket = way === 'ws' || way === 'wsimd';
  const client = isWebSocket
    ? await startWebSocket(handle.port, rate)
    : startHttp(way, handle.port, rate);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { seen } = client;
  seen.latencies.length = 0;
  const before = (await handle.usage()).microseconds;
  await new Promise((resolve) => setTimeout(resolve, time));
  const after = (await handle.usage()).microseconds;
  client.stop();
  // Of what no message came through, nothing can be said a message.
  const count = seen.latencies.length || Number.NaN;
  return {
    requests: seen.requests / count,
    bytes: seen.bytes / count,
    cpu: ((after - before) * 1000) / count,
    latencies: seen.latencies,
  };
}

const METRICS = {
  cpu: 'ns/message',
  bytes: 'bytes/message',
  requests: 'requests/message',
} as const;

function findingsOf(rate: number, ways: readonly Way[], costs: readonly Cost[][]): Findings {
  const chunks = rate === 1 ? 'a message a second' : `${rate} messages a second`;
  const subjectOf = (metric: string) =>
    ({ suite: 'transports', case: metric, role: '', bytes: 0, chunks }) as const;
  const latencies = ways.map((impl, index) => ({
    impl,
    ...takenByWaits(costs[index].map((cost) => cost.latencies)),
  }));
  const others = Object.entries(METRICS).map(([metric, unit]) => {
    const taken = ways.map((impl, index) => ({
      impl,
      rounds: costs[index].map((cost) => cost[metric as keyof typeof METRICS]),
    }));
    return evaluate(subjectOf(metric), unit, taken);
  });
  return join([evaluate(subjectOf('latency'), 'ms', latencies), ...others]);
}

export const transports: Suite = {
  needs: ['ws'],
  what: 'a chat by polling, long polling, streaming, server-sent events and WebSocket',
  steps: () => RATES.length,
  async *run(plan: Plan) {
    const ways = WAYS.filter((way) => isWanted(plan, way));
    for (const rate of RATES) {
      const costs = ways.map((): Cost[] => []);
      const rounds = Math.max(1, Math.ceil(plan.rounds / 3));
      for (let round = 0; round < rounds; round++) {
        for (const index of shuffled(ways.length, plan.random)) {
          const way = ways[index];
          const handle = await ServerHandle.startTransports(way === 'wsimd' ? 'wsimd' : 'ws');
          try {
            // At a message a second it takes a while to see some.
            const time = plan.transportTime * (rate === 1 ? 3 : 1);
            costs[index].push(await costOf(way, handle, rate, time));
          } finally {
            handle.stop();
          }
        }
      }
      yield findingsOf(rate, ways, costs);
    }
  },
};
