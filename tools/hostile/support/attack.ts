// What an attack is, and how one is made: a server and a probe of its own, measured idle, under attack and afterwards.

import { type Latency, type Library, Probe, type Sample, Server } from './processes.ts';
import type { RawPeer } from './raw-peer.ts';

/** Bytes a message may have on the servers attacked: less than by default, so that limits are reached soon. */
export const MAX_PAYLOAD = 4 << 20;
export const MiB = 1 << 20;
export const KiB = 1 << 10;

/** What the peers did, and what they saw. */
export interface Deed {
  peers: RawPeer[];
  /** Bytes they sent behind their handshakes, as far as that was counted. */
  sent: number;
}

/** How the server must answer: by close code, or not at all; and the error it names, where it does. */
export interface Expected {
  /** The close code of the frame sent; 'ended': no such frame, the end; 'open': nothing; or words of HTTP. */
  answer: number | string;
  /** Or so, by chance. */
  or?: string;
  code?: string;
  /** Messages the server must have got. */
  messages?: number;
}

export interface Attack {
  name: string;
  /** What the peers do, for the document. */
  what: string;
  /** What limits it by default, for the document. */
  limit: string;
  libraries: readonly Library[];
  /** Options of the server beside `maxPayload`. */
  options?: (library: Library) => object;
  run(server: Server): Promise<Deed>;
  expected(library: Library): Expected;
  /** Bytes that may be left of it; 6 MiB unless said: heap that grew, code that was compiled. */
  mayLeave?: number;
  /** Bytes of memory the server may hold more than before, garbage not counted, while the attack is under way. */
  mayHold(library: Library): number;
}

/** What came of it. Bytes are those more than before. */
export interface Figures {
  attack: string;
  library: Library;
  sent: number;
  held: number;
  peak: number;
  after: number;
  /** Milliseconds. */
  delay: number;
  /** Of a well-behaved connection: with nobody else there, and beside the attack. */
  idle: Latency;
  attacked: Latency;
  answers: (number | string)[];
  during: Sample;
  end: Sample;
}

const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const heldBy = ({ heapUsed, external }: Sample): number => heapUsed + external;

/** How this peer was answered, once that is known, or after a while. */
async function answerTo(peer: RawPeer, { answer }: Expected): Promise<number | string> {
  const now = (): number | string => {
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(peer.text) ?? [];
    if (status !== undefined && status !== '101') return `HTTP ${status}`;
    return peer.closeCode ?? (peer.isClosed ? 'ended' : 'open');
  };
  peer.socket.resume();
  for (let i = 0; i < 300 && now() !== answer && !peer.isClosed; i++) await soon(10);
  return now();
}

/** Waits until only the probe is left; the last sample. */
async function alone(server: Server): Promise<Sample> {
  let sample = await server.sample();
  for (let i = 0; i < 50 && sample.open > 1; i++) {
    await soon(50);
    sample = await server.sample();
  }
  return sample;
}

/** Round trips beside the attack, which is made again and again for so long. */
async function latencyBeside(
  attack: Attack,
  server: Server,
  probe: Probe,
  milliseconds: number,
): Promise<Latency> {
  await probe.latency();
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    const { peers } = await attack.run(server);
    for (const peer of peers) peer.reset();
  }
  return probe.latency();
}

/** `milliseconds`: how long round trips are measured for, each time; at least while the attack is made once. */
async function measure(
  attack: Attack,
  server: Server,
  probe: Probe,
  milliseconds: number,
): Promise<Figures> {
  const { library } = server;
  while ((await probe.latency()).count === 0) await soon(20);
  // The first ones run code that is not compiled yet.
  await soon(milliseconds / 2);
  await probe.latency();
  await soon(milliseconds);
  const idle = await probe.latency();
  const before = await server.sample();
  await probe.latency();
  const { peers, sent } = await attack.run(server);
  let attacked = await probe.latency();
  // A short attack may be over before anybody is answered; its peers are still there.
  for (let i = 0; attacked.count === 0 && i < 100; i++) {
    await soon(20);
    attacked = await probe.latency();
  }
  const during = await server.sample();
  const expected = attack.expected(library);
  const answers: (number | string)[] = [];
  for (const peer of peers.slice(0, 100)) answers.push(await answerTo(peer, expected));
  for (const peer of peers) peer.reset();
  await soon(20);
  const end = await alone(server);
  if (milliseconds > SHORTLY) attacked = await latencyBeside(attack, server, probe, milliseconds);
  return {
    ...{ attack: attack.name, library, sent, idle, attacked, during, end },
    held: heldBy(during) - heldBy(before),
    peak: during.peak.rss - before.rss,
    after: heldBy(end) - heldBy(before),
    delay: during.delay,
    answers: [...new Set(answers)],
  };
}

/** Milliseconds of round trips where only bounds are asserted. */
const SHORTLY = 250;

/** Makes the attack. `milliseconds`: how long round trips are measured for, where they are to be told. */
export async function attempt(
  attack: Attack,
  library: Library,
  milliseconds = SHORTLY,
): Promise<Figures> {
  const options = { maxPayload: MAX_PAYLOAD, ...attack.options?.(library) };
  const server = await Server.start(library, options);
  const probe = new Probe(server.port);
  try {
    return await measure(attack, server, probe, milliseconds);
  } finally {
    probe.stop();
    server.stop();
  }
}
