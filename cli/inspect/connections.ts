// Segments -> TCP connections, both directions of each, and whether WebSocket is spoken there.

import { readHead } from 'wsimd/inspect';
import { Assembler } from './assembler.ts';
import type { Segment } from './packet.ts';

/** Bytes kept of one direction. */
export const MAX_STREAM = 64 * 1024 * 1024;
/** Bytes kept of all connections. */
const MAX_ALL = 512 * 1024 * 1024;
/** Connections that are told apart. */
const MAX_CONNECTIONS = 100_000;
/** Without a whole HTTP head in so many bytes there is none. */
const MAX_HEAD = 65536;

/** What is spoken, as far as the first bytes tell. */
export type Protocol = 'unknown' | 'WebSocket' | 'HTTP' | 'TLS' | 'another protocol';

/** A connection as it was captured. */
export class Connection {
  /** In the order in which they appear, from 0 on. */
  readonly stream: number;
  client: string;
  server: string;
  /** Of each end, by its address. */
  readonly sent: Record<string, Assembler>;
  readonly begin: number;
  /** Its first packet was captured: what comes first in it is its beginning. */
  sawStart: boolean;
  protocol: Protocol = 'unknown';
  isOver = false;
  /** With so many bytes of the client another look is worth it: a head may come in a thousand pieces. */
  private nextLook = 4;

  constructor(stream: number, { from, to, syn, ack }: Segment, time: number) {
    this.stream = stream;
    // Who connects sends SYN, and the other SYN and ACK; without either, servers have the lower port.
    const isFromClient = syn ? !ack : portOf(from) >= portOf(to);
    this.client = isFromClient ? from : to;
    this.server = isFromClient ? to : from;
    this.sent = { [from]: new Assembler(MAX_STREAM), [to]: new Assembler(MAX_STREAM) };
    this.begin = time;
    this.sawStart = syn;
  }

  get fromClient(): Assembler {
    return this.sent[this.client];
  }

  get fromServer(): Assembler {
    return this.sent[this.server];
  }

  /** Bytes kept of both directions. */
  get held(): number {
    return this.fromClient.length + this.fromServer.length;
  }

  /** The capture is over. */
  finish(): void {
    this.fromClient.finish();
    this.fromServer.finish();
    if (this.protocol === 'unknown') this.classify();
  }

  take({ from, seq, syn, fin, rst, payload, length }: Segment, time: number): void {
    const assembler = this.sent[from];
    if (syn) assembler.start(seq + 1);
    assembler.add(syn ? seq + 1 : seq, payload, length, time);
    if (fin || rst) this.isOver = true;
    if (this.protocol === 'unknown' && this.fromClient.length >= this.nextLook) this.classify();
  }

  /** Tells by the first bytes; what is no WebSocket is let go. */
  private classify(): void {
    // Nobody's first packet was seen: a head tells who the client is.
    const isReversed = beginsWith(this.fromClient, 'HTTP/') || beginsWith(this.fromServer, 'GET ');
    if (!this.sawStart && isReversed) {
      [this.client, this.server] = [this.server, this.client];
    }
    const protocol = protocolOf(this.fromClient, this.sawStart);
    this.protocol = protocol;
    this.nextLook = this.fromClient.length * 1.5;
    if (protocol === 'unknown' || protocol === 'WebSocket') return;
    this.fromClient.discard();
    this.fromServer.discard();
  }
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** The first bytes of a direction: at least `count` of them, where there are so many. */
export function headBytes({ pieces }: Assembler, count: number): Uint8Array {
  const some: Uint8Array[] = [];
  for (let i = 0, length = 0; i < pieces.length && length < count; i++) {
    some.push(pieces[i]);
    length += pieces[i].length;
  }
  return Buffer.concat(some);
}

function beginsWith(assembler: Assembler, text: string): boolean {
  return Buffer.from(headBytes(assembler, text.length)).toString('latin1').startsWith(text);
}

function protocolOf(client: Assembler, sawStart: boolean): Protocol {
  if (client.length < 4) return 'unknown';
  const first = headBytes(client, 4);
  if (/^[A-Z]{3}/.test(Buffer.from(first).toString('latin1'))) {
    const bytes = headBytes(client, MAX_HEAD);
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
  /** By both addresses: the newest of each pair. */
  private readonly current = new Map<string, Connection>();
  private kept = 0;
  isFull = false;

  take(segment: Segment, time: number): void {
    const { from, to, syn, ack, length } = segment;
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    let connection = this.current.get(key);
    const isNew = syn && !ack && connection !== undefined && isUsed(connection);
    if (connection === undefined || isNew) {
      if (this.all.length >= MAX_CONNECTIONS) {
        this.isFull = true;
        return;
      }
      connection = new Connection(this.all.length, segment, time);
      this.all.push(connection);
      this.current.set(key, connection);
    }
    const before = connection.held;
    if (this.kept + length > MAX_ALL) this.isFull = true;
    else connection.take(segment, time);
    this.kept += connection.held - before;
  }

  /** The capture is over. */
  finish(): void {
    for (const connection of this.all) connection.finish();
  }
}

/** Whether a SYN cannot belong to it any more, for it has sent data or ended. */
function isUsed({ isOver, protocol, held }: Connection): boolean {
  return isOver || protocol !== 'unknown' || held > 0;
}
