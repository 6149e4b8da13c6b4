// Segments -> TCP connections and their protocol.

import { readHead } from 'wsimd/inspect';
import { Assembler } from './assembler.ts';
import { Budget } from './budget.ts';
import type { Segment } from './packet.ts';

/** Bytes to keep of one direction. */
export const MAX_STREAM = 64 * 1024 * 1024;
/** Bytes of memory for all connections: recorded bytes, waiting segments and bookkeeping. */
export const MAX_KEPT = 256 * 1024 * 1024;
/** Maximum number of connections. */
export const MAX_CONNECTIONS = 100_000;
/** Bytes of memory of a connection without data. */
const CONNECTION = 1200;
/** Maximum length of an HTTP head. */
export const MAX_HEAD = 65536;

/** The protocol, detected from the first bytes. */
export type Protocol = 'unknown' | 'WebSocket' | 'HTTP' | 'TLS' | 'another protocol';

/** A captured connection. */
export class Connection {
  /** Index in the order of appearance. */
  readonly stream: number;
  client: string;
  server: string;
  fromClient: Assembler;
  fromServer: Assembler;
  readonly begin: number;
  /** Whether its SYN was captured, so that its first bytes are known. */
  sawStart: boolean;
  protocol: Protocol = 'unknown';
  isOver = false;
  /** Either end has sent data. */
  hasData = false;
  /** Bytes of the client at which to detect the protocol again. It grows: a head may arrive in a thousand segments. */
  private nextLook = 4;

  constructor(stream: number, { from, to, syn, ack }: Segment, time: number, budget: Budget) {
    this.stream = stream;
    // A client sends SYN, a server SYN and ACK. Without either, the server has the lower port.
    const isFromClient = syn ? !ack : portOf(from) >= portOf(to);
    this.client = isFromClient ? from : to;
    this.server = isFromClient ? to : from;
    this.fromClient = new Assembler(MAX_STREAM, budget);
    this.fromServer = new Assembler(MAX_STREAM, budget);
    this.begin = time;
    this.sawStart = syn;
  }

  /** Swaps client and server. */
  swap(): void {
    [this.client, this.server] = [this.server, this.client];
    [this.fromClient, this.fromServer] = [this.fromServer, this.fromClient];
  }

  /** Whether bytes were dropped because of the limit of the whole capture. */
  get isFull(): boolean {
    return this.fromClient.isFull || this.fromServer.isFull;
  }

  /** Releases all bytes, and ignores later ones. */
  discard(): void {
    this.fromClient.discard();
    this.fromServer.discard();
  }

  /** Ends the capture. */
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

  /** Detects the protocol. Discards a connection that is not WebSocket. */
  private classify(): void {
    // Without SYN, a head identifies the client.
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
  // A connection begins with a request. Later, any bytes may be frames.
  if (sawStart || first[0] === 0x16)
    return first[0] === 0x16 && first[1] === 3 ? 'TLS' : 'another protocol';
  return 'unknown';
}

/** All connections of a capture. */
export class Connections {
  readonly all: Connection[] = [];
  /** Whether connections were dropped because of the limits. */
  isFull = false;
  /** The most recent connection of each pair of addresses. */
  private readonly current = new Map<string, Connection>();
  private readonly budget = new Budget(MAX_KEPT);
  private readonly only: number | undefined;

  /** `only`: keep the bytes of this connection only. */
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

  /** Ends the capture. */
  finish(): void {
    for (const connection of this.all) connection.finish();
  }
}

/** Whether a SYN starts a new connection, because this one has sent data or ended. */
function isUsed({ isOver, protocol, hasData }: Connection): boolean {
  return isOver || protocol !== 'unknown' || hasData;
}
