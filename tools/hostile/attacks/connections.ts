// Attacks with connections: those that are slow, silent, half open, reset, closed in storms, or never come to an end
// of their handshake.

import { execFileSync } from 'node:child_process';
import { frame, join, utf8 } from '../../../test/support/bytes.ts';
import { type Attack, KiB, MiB } from '../support/attack.ts';
import type { Library } from '../support/processes.ts';
import { openMany, RawPeer, requestHead } from '../support/raw-peer.ts';

const KEY = [1, 2, 3, 4];
const ALL = ['wsimd', 'streams', 'ws'] as const;
const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const MESSAGE = frame({ opcode: 1, payload: utf8('one byte at a time'), key: KEY });

/** Descriptors a process may have, less what it needs itself. */
function affordable(wanted: number): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? wanted : Math.min(wanted, Math.max(100, Number(limit) - 500));
}
const MANY = affordable(10_000);
/** Fewer with streams, whose connections take longer to make and to end: for the time of the suite. */
const manyOf = (library: Library): number => (library === 'streams' ? Math.min(MANY, 3000) : MANY);
const scaled = MANY < 10_000 ? ' (as many as ulimit -n allows here)' : '';
const shown = `${MANY.toLocaleString('en')}${scaled} peers (3,000 with streams)`;

/** Bytes a connection may cost that does nothing: streams of the web are made of many objects. */
const PER_CONNECTION: Record<Library, number> = {
  wsimd: 6 * KiB,
  ws: 6 * KiB,
  streams: 40 * KiB,
};

const pings: Attack = {
  name: 'pings whose pongs are not read',
  what: '2 peers, each 32 MiB of pings of 125 bytes',
  limit: '60 pongs in flight in ws and wsimd/ws; streams keep only the last pong',
  libraries: ALL,
  async run({ port }) {
    const peers = await openMany(2, () => RawPeer.open(port));
    const piece = join(
      ...Array(500).fill(frame({ opcode: 9, payload: new Uint8Array(125), key: KEY })),
    );
    for (const { socket } of peers) socket.pause();
    const sent = await Promise.all(peers.map((peer) => peer.flood(piece, 32 * MiB)));
    return { peers, sent: sent.reduce((one, other) => one + other) };
  },
  expected: (library) => ({ answer: library === 'streams' ? 'open' : 'ended' }),
  // Over streams, what Node has read of the sockets waits for its turn.
  mayHold: (library) => (library === 'streams' ? 6 : 2) * MiB,
};

const slowSenders: Attack = {
  name: 'one byte at a time',
  what: '200 peers, each a message of 16 bytes, one byte every 20 ms',
  limit: 'none: the message is valid; only the bytes received are held',
  libraries: ALL,
  async run({ port }) {
    const peers = await openMany(200, () => RawPeer.open(port));
    for (const byte of MESSAGE.subarray(0, -1)) {
      for (const peer of peers) peer.socket.write(new Uint8Array([byte]));
      await soon(20);
    }
    return { peers, sent: 200 * (MESSAGE.length - 1) };
  },
  expected: () => ({ answer: 'open' }),
  mayHold: () => 200 * 40 * KiB,
};

const FEED = 8 * MiB;

const slowReaders: Attack = {
  name: 'a slow reader',
  what: '4 peers that read nothing of the 8 MiB that the server sends to each',
  limit: 'what the program sends (bufferedAmount); streams apply backpressure at 64 KiB',
  libraries: ALL,
  async run({ port }) {
    const peers = await openMany(4, () => RawPeer.tcp(port));
    for (const { socket } of peers) {
      socket.pause();
      socket.write(requestHead(`/feed?bytes=${FEED}`));
    }
    await soon(500);
    return { peers, sent: 0 };
  },
  expected: () => ({ answer: 'open' }),
  mayHold: (library) => (library === 'streams' ? 4 * MiB : 4 * (FEED + MiB)),
};

const halfOpen: Attack = {
  name: 'FIN in the middle of a frame',
  what: '200 peers, each half a frame, then FIN',
  limit: 'the connection ends at once, with 1006',
  libraries: ALL,
  async run({ port }) {
    const peers = await openMany(200, () => RawPeer.open(port));
    for (const { socket } of peers) socket.end(MESSAGE.subarray(0, 10));
    await soon(300);
    return { peers, sent: 2000 };
  },
  expected: () => ({ answer: 'ended' }),
  mayHold: () => 4 * MiB,
};

const noAnswer: Attack = {
  name: 'an unanswered close frame',
  what: '200 peers that do not answer the close frame of the server',
  limit:
    'closeTimeout (30 s in ws and wsimd/ws, 10 s in streams; here 0.3 s), then the connection is ended',
  libraries: ALL,
  options: () => ({ closeTimeout: 300 }),
  async run({ port }) {
    const peers = await openMany(200, () => RawPeer.open(port, '/bye'));
    await Promise.race([Promise.all(peers.map(({ closed }) => closed)), soon(5000)]);
    return { peers, sent: 0 };
  },
  expected: () => ({ answer: 1001 }),
  mayHold: () => 4 * MiB,
};

const resets: Attack = {
  name: 'RST at every byte of a frame and a handshake',
  what: 'one connection for each byte, reset after it',
  limit: 'nothing is kept after a reset',
  libraries: ALL,
  async run({ port }) {
    for (let at = 0; at <= MESSAGE.length; at++) {
      const peers = await openMany(8, () => RawPeer.open(port));
      await Promise.all(peers.map((peer) => peer.send(MESSAGE.subarray(0, at))));
      await soon(2);
      for (const peer of peers) peer.reset();
    }
    const head = utf8(requestHead('/sink'));
    for (let at = 0; at <= head.length; at++) {
      const peer = await RawPeer.tcp(port);
      await peer.send(head.subarray(0, at));
      peer.reset();
    }
    await soon(100);
    return { peers: [], sent: 0 };
  },
  expected: () => ({ answer: 'ended' }),
  mayHold: () => 6 * MiB,
};

const closeStorm: Attack = {
  name: 'a storm of close frames',
  what: '1,000 peers at once, each 20 close frames and further bytes',
  limit: 'the first is answered; the rest is discarded',
  libraries: ALL,
  async run({ port }) {
    const peers = await openMany(1000, () => RawPeer.open(port));
    const close = frame({ opcode: 8, payload: new Uint8Array([3, 232]), key: KEY });
    const storm = join(...Array(20).fill(close), new Uint8Array(1000).fill(0xff));
    for (const { socket } of peers) socket.write(storm);
    await Promise.race([Promise.all(peers.map(({ closed }) => closed)), soon(8000)]);
    return { peers, sent: 1000 * storm.length };
  },
  expected: () => ({ answer: 1000 }),
  mayHold: () => 8 * MiB,
};

const silent: Attack = {
  name: 'idle connections',
  what: `${shown} that have completed the handshake`,
  limit: 'none: the application must ping and count; streams have heartbeat',
  libraries: ALL,
  async run({ port, library }) {
    return { peers: await openMany(manyOf(library), () => RawPeer.open(port)), sent: 0 };
  },
  expected: () => ({ answer: 'open' }),
  mayHold: (library) => manyOf(library) * PER_CONNECTION[library],
};

const mute: Attack = {
  name: 'connections without a handshake',
  what: `${shown} that connect and send nothing`,
  limit: "Node's headersTimeout (60 s, checked every 30 s); handshakeTimeout in streams (10 s)",
  libraries: ALL,
  async run({ port, library }) {
    return { peers: await openMany(manyOf(library), () => RawPeer.tcp(port)), sent: 0 };
  },
  expected: () => ({ answer: 'open' }),
  // Node keeps parsers of HTTP for the next connections.
  mayLeave: 32 * MiB,
  mayHold: (library) => manyOf(library) * PER_CONNECTION[library],
};

const lateHandshake: Attack = {
  name: 'a slow, endless handshake',
  what: '200 peers, one byte of the request every 5 ms',
  limit: "Node's headersTimeout (60 s); handshakeTimeout in streams (10 s; here 0.3 s)",
  libraries: ['streams'],
  options: () => ({ handshakeTimeout: 300 }),
  async run({ port }) {
    const peers = await openMany(200, () => RawPeer.tcp(port));
    for (const byte of utf8(requestHead('/sink')).subarray(0, 120)) {
      for (const { socket } of peers) if (socket.writable) socket.write(new Uint8Array([byte]));
      await soon(5);
    }
    return { peers, sent: 200 * 120 };
  },
  expected: () => ({ answer: 'ended', code: 'WS_ERR_HANDSHAKE_TIMEOUT' }),
  mayHold: () => 4 * MiB,
};

const headers: Attack = {
  name: 'endless headers',
  what: '20 peers, headers of 1 KiB until the server stops them',
  limit: "16 KiB: Node's maxHeaderSize, maxHeadBytes in streams",
  libraries: ALL,
  async run({ port }) {
    const peers = await openMany(20, () => RawPeer.tcp(port));
    const header = utf8(`X-Header: ${'a'.repeat(1012)}\r\n`);
    const sent = await Promise.all(
      peers.map(async (peer) => {
        await peer.send(utf8('GET /sink HTTP/1.1\r\nHost: a\r\n'));
        return peer.flood(header, 2 * MiB);
      }),
    );
    return { peers, sent: sent.reduce((one, other) => one + other) };
  },
  // A reset, behind the answer, may overtake it.
  expected: () => ({ answer: 'HTTP 431', or: 'ended' }),
  mayHold: () => 4 * MiB,
};

export const CONNECTIONS: readonly Attack[] = [
  ...[pings, slowSenders, slowReaders, halfOpen, noAnswer, resets],
  ...[closeStorm, silent, mute, lateHandshake, headers],
];
