// Segments -> TCP connections, both directions of each, and whether WebSocket is spoken there.

import { readHead } from 'wsimd/inspect';
import { Assembler } from './assembler.ts';
import { Budget } from './budget.ts';
import type { Segment } from './packet.ts';

/** Bytes kept of one direction. */
export const MAX_STREAM = 64 * 1024 * 1024;
/** Bytes of memory for all connections: what is kept of them, what waits behind gaps, and what keeps account of it. */
export const MAX_KEPT = 256 * 1024 * 1024;
/** Connections that are told apart. */
export const MAX_CONNECTIONS = 100_000;
/** Bytes of memory that a connection takes before it has any data. */
const CONNECTION = 1200;
/** Without a whole HTTP head in so many bytes there is none. */
export const MAX_HEAD = 65536;

/** What is spoken, as far as the first bytes tell. */
export type Protocol = 'unknown' | 'WebSocket' | 'HTTP' | 'TLS' | 'another protocol';

/** A connection as it was captured. */
export class Connection {
  /** In the order in which they appear, from 0 on. */
  readonly stream: number;
  client: string;
  server: string;
  fromClient: Assembler;
  fromServer: Assembler;
  readonly begin: number;
  /** Its first packet was captured: what comes first in it is its beginning. */
  sawStart: boolean;
  protocol: Protocol = 'unknown';
  isOver = false;
  /** Either end has sent data. */
  hasData = false;
  /** With so many bytes of the client another look is worth it: a head may come in a thousand pieces. */
  private nextLook = 4;

  constructor(stream: number, { from, to, syn, ack }: Segment, time: number, budget: Budget) {
    this.stream = stream;
    // Who connects sends SYN, and the other SYN and ACK; without either, servers have the lower port.
    const isFromClient = syn ? !ack : portOf(from) >= portOf(to);
    this.client = isFromClient ? from : to;
    this.server = isFromClient ? to : from;
    this.fromClient = new Assembler(MAX_STREAM, budget);
    this.fromServer = new Assembler(MAX_STREAM, budget);
    this.begin = time;
    this.sawStart = syn;
  }

  /** The client is who was taken for the server. */
  swap(): void {
    [this.client, this.server] = [this.server, this.client];
    [this.fromClient, this.fromServer] = [this.fromServer, this.fromClient];
  }

  /** Whether data of it was left out because the capture has too much. */
  get isFull(): boolean {
    return this.fromClient.isFull || this.fromServer.isFull;
  }

  /** Nothing that was sent is wanted. */
  discard(): void {
    this.fromClient.discard();
    this.fromServer.discard();
  }

  /** The capture is over. */
  finish(): void {
    this.fromClient.finish();
    this.fromServer.finish();
    if (this.protocol === 'unknown') this.classify();
  }

  take({ from, seq, syn, fin, rst, payload, length }: Segment, time: number): void {
    const assembler = from === this.client ? this.fromClient : this.fromServer;
    if (length > 0) this.hasData = true;
    if (syn) assembler.start(seq + 1);
    assembler.add(syn ? seq + 1 : seq, payload, length, time);
    if (fin || rst) this.isOver = true;
    if (this.protocol === 'unknown' && this.fromClient.length >= this.nextLook) this.classify();
  }

  /** Tells by the first bytes; what is no WebSocket is let go. */
  private classify(): void {
    // Nobody's first packet was seen: a head tells who the client is.
    const isReversed = beginsWith(this.fromClient, 'HTTP/') || beginsWith(this.fromServer, 'GET ');
    if (!this.sawStart && isReversed) this.swap();
    const protocol = protocolOf(this.fromClient, this.sawStart);
    this.protocol = protocol;
    this.nextLook = this.fromClient.length * 1.5;
    if (protocol === 'unknown' || protocol === 'WebSocket') return;
    this.discard();
  }
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function beginsWith(assembler: Assembler, text: string): boolean {
  return Buffer.from(assembler.recording.head(text.length)).toString('latin1') === text;
}

function protocolOf(client: Assembler, sawStart: boolean): Protocol {
  if (client.length < 4) return 'unknown';
  const first = client.recording.head(4);
  if (/^[A-Z]{3}/.test(Buffer.from(first).toString('latin1'))) {
    const bytes = client.recording.head(MAX_HEAD);
    const head = readHead(bytes);
    if (head !== undefined) return head.isUpgrade ? 'WebSocket' : 'HTTP';
    return bytes.length < MAX_HEAD ? 'unknown' : 'another protocol';
  }
  // In the middle of a connection anything may be a frame; at its beginning only a request.
  if (sawStart || first[0] === 0x16)
    return first[0] === 0x16 && first[1] === 3 ? 'TLS' : 'another protocol';
  return 'unknown';
}

/** All connections of a capture. */
export class Connections {
  readonly all: Connection[] = [];
  /** Connections there was no room for were left out. */
  isFull = false;
  /** By both addresses: the newest of each pair. */
  private readonly current = new Map<string, Connection>();
  private readonly budget = new Budget(MAX_KEPT);
  private readonly only: number | undefined;

  /** `only`: the data of no other connection is kept. */
  constructor(only?: number) {
    this.only = only;
  }

  take(segment: Segment, time: number): void {
    const { from, to, syn, ack } = segment;
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const known = this.current.get(key);
    const isNew = syn && !ack && known !== undefined && isUsed(known);
    const connection = known === undefined || isNew ? this.open(key, segment, time) : known;
    connection?.take(segment, time);
  }

  private open(key: string, segment: Segment, time: number): Connection | undefined {
    const stream = this.all.length;
    if (stream >= MAX_CONNECTIONS || !this.budget.take(CONNECTION)) {
      this.isFull = true;
      return undefined;
    }
    const connection = new Connection(stream, segment, time, this.budget);
    if (this.only !== undefined && this.only !== stream) connection.discard();
    this.all.push(connection);
    this.current.set(key, connection);
    return connection;
  }

  /** The capture is over. */
  finish(): void {
    for (const connection of this.all) connection.finish();
  }
}

/** Whether a SYN cannot belong to it any more, for it has sent data or ended. */
function isUsed({ isOver, protocol, hasData }: Connection): boolean {
  return isOver || protocol !== 'unknown' || hasData;
}
