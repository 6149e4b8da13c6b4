// One source of chat messages, to be had in every way that HTTP knows, and by WebSocket; in a process of its
// own. Argument: ws or wsimd. A client says how many messages a second it wants with the path:
//
//   /poll/RATE?since=N   what there is since message N, at once; without since, only which is next
//   /long/RATE?since=N   the same, but not before there is something
//   /stream/RATE         one response without end, a message a line
//   /events/RATE         server-sent events
//   /ws/RATE             a WebSocket

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { accelerate } from 'wsimd/ws';
import { answerParent, tell } from './channel.ts';

/** Messages that go on for as long as somebody reads them. */
class Feed {
  readonly messages: string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(rate: number) {
    const started = performance.now();
    const due = (): number => Math.floor(((performance.now() - started) * rate) / 1000);
    setInterval(
      () => {
        while (this.messages.length < due()) this.messages.push(messageOf(this.messages.length));
        const { waiting } = this;
        for (const wake of [...waiting]) wake();
      },
      Math.max(1, 1000 / rate / 4),
    );
  }

  /** Calls back whenever there may be more; returns how to stop that. */
  follow(wake: () => void): () => void {
    this.waiting.add(wake);
    return () => this.waiting.delete(wake);
  }
}

/** About a hundred bytes, as a chat's are, with the moment they were made. */
function messageOf(id: number): string {
  const at = process.hrtime.bigint().toString();
  return JSON.stringify({ id, at, from: '김민준', text: '오늘 7시에 만나요, 늦지 마세요!' });
}

const feeds = new Map<string, Feed>();

function feedOf(rate: string): Feed {
  let feed = feeds.get(rate);
  if (feed === undefined) {
    feed = new Feed(Number(rate));
    feeds.set(rate, feed);
  }
  return feed;
}

/** Hands over every message from now on, one by one; returns how to stop. */
function forward(feed: Feed, send: (message: string) => void): () => void {
  let next = feed.messages.length;
  return feed.follow(() => {
    while (next < feed.messages.length) send(feed.messages[next++]);
  });
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const [, way, rate] = pathname.split('/');
  const feed = feedOf(rate);
  if (way === 'poll' || way === 'long') {
    const since = Number(searchParams.get('since') ?? feed.messages.length);
    const reply = (): void => {
      response.setHeader('content-type', 'application/json');
      const messages = feed.messages.slice(since).join(',');
      response.end(`{"next":${feed.messages.length},"messages":[${messages}]}`);
    };
    if (way === 'poll' || feed.messages.length > since) {
      reply();
      return;
    }
    const stop = feed.follow(() => {
      if (feed.messages.length <= since) return;
      stop();
      reply();
    });
    response.on('close', stop);
    return;
  }
  const isEvents = way === 'events';
  response.setHeader('content-type', isEvents ? 'text/event-stream' : 'application/x-ndjson');
  response.flushHeaders();
  const stop = forward(feed, (message) =>
    response.write(isEvents ? `data: ${message}\n\n` : `${message}\n`),
  );
  response.on('close', stop);
}

const ws = createRequire(import.meta.url)('ws');
if (process.argv[2] === 'wsimd') accelerate(ws);
const server = createServer(answer);
const sockets = new ws.WebSocketServer({ server, perMessageDeflate: false });
sockets.on(
  'connection',
  (
    socket: { send(data: string): void; on(event: 'close', listener: () => void): void },
    request: IncomingMessage,
  ) => {
    const stop = forward(feedOf((request.url ?? '').split('/')[2]), (message) =>
      socket.send(message),
    );
    socket.on('close', stop);
  },
);

answerParent();
server.listen(0, '127.0.0.1', () =>
  tell({ type: 'listening', port: (server.address() as AddressInfo).port }),
);
