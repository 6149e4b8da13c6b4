// Decodes the WebSocket connections of a packet capture: both directions, in chronological order.

import {
  type FrameReport,
  type Inspection,
  type InspectOptions,
  inspect,
  readHead,
} from 'wsimd/inspect';
import { UserError } from '../../bin/terminal/user-error.ts';
import { Allowance } from './allowance.ts';
import { type Assembler, type Gap, MAX_WAITING, MAX_WAITING_BYTES } from './assembler.ts';
import {
  type Connection,
  Connections,
  MAX_CONNECTIONS,
  MAX_HEAD,
  MAX_KEPT,
  MAX_STREAM,
  type Protocol,
} from './connections.ts';
import { segmentOf } from './packet.ts';
import { packetsOf } from './packets.ts';
import { rangeOf } from './range.ts';

/** One direction of a connection. */
export interface DirectionReport {
  address: string;
  /** Bytes decoded: up to the first gap. */
  length: number;
  /** Bytes missing from the capture. Bytes after the first gap are not decoded: frame boundaries are unknown. */
  gaps: Gap[];
  /** Segments that were retransmitted, and that were out of order. */
  retransmitted: number;
  reordered: number;
  inspection: Inspection;
  notes: string[];
}

/** A connection. */
export interface ConnectionReport {
  stream: number;
  client: DirectionReport;
  server: DirectionReport;
  /** Start time, in seconds since 1970. */
  begin: number;
  /** The frames of both ends, ordered by the time of their last byte, in seconds since `begin`. */
  order: { sender: 'client' | 'server'; frame: number; time: number }[];
}

export interface Capture {
  connections: ConnectionReport[];
  /** Connections that are not decoded, and their protocol. */
  others: { stream: number; client: string; server: string; protocol: Protocol }[];
  packets: number;
  notes: string[];
}

export interface CaptureOptions extends InspectOptions {
  /** Decode only this connection, even if its protocol is unknown. */
  only?: number;
}

/** Reads a capture. Throws a UserError if it is invalid, or does not have the connection `only`. */
export async function readCapture(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  options: CaptureOptions,
): Promise<Capture> {
  const connections = new Connections(options.only);
  const skipped = new Map<string, number>();
  const notes: string[] = [];
  let packets = 0;
  try {
    for await (const { linkType, data, time } of packetsOf(stream)) {
      packets++;
      const segment = segmentOf(linkType, data);
      if (typeof segment !== 'string') connections.take(segment, time);
      else if (segment !== 'not TCP') skipped.set(segment, (skipped.get(segment) ?? 0) + 1);
    }
  } catch (error) {
    const { message } = error as Error;
    if (packets === 0) throw new UserError(`${name}: not a valid capture: ${message}`);
    notes.push(`The capture is truncated after packet ${packets}: ${message}`);
  }
  connections.finish();
  for (const [what, count] of skipped) notes.push(`Packets skipped: ${count}: ${what}.`);
  if (connections.isFull || connections.all.some(({ isFull }) => isFull)) {
    const limits = `${MAX_KEPT >> 20} MiB or ${MAX_CONNECTIONS.toLocaleString('en')} connections`;
    notes.push(`The capture exceeds ${limits}: later data is skipped.`);
  }
  return report(connections, { ...options, name }, packets, notes);
}

function report(
  { all }: Connections,
  options: CaptureOptions & { name: string },
  packets: number,
  notes: string[],
): Capture {
  const { only, name, ...how } = options;
  if (only !== undefined && only >= all.length) {
    throw new UserError(`${name}: no connection ${only}: ${rangeOf(all.length)}`);
  }
  const capture: Capture = { connections: [], others: [], packets, notes };
  const allowance = new Allowance(how);
  for (const connection of all) {
    const { stream, client, server, protocol } = connection;
    if (only !== undefined && stream !== only) continue;
    const explained =
      protocol === 'HTTP' || protocol === 'TLS' ? undefined : explain(connection, allowance);
    const isWanted = protocol === 'WebSocket' || (only === stream && protocol === 'unknown');
    if (explained !== undefined && (isWanted || isPlausible(explained, connection))) {
      capture.connections.push(explained);
      allowance.keep(explained.client.inspection, explained.server.inspection);
    } else {
      if (explained !== undefined) {
        allowance.forget(explained.client.inspection, explained.server.inspection);
      }
      capture.others.push({ stream, client, server, protocol });
    }
  }
  notes.push(...allowance.notes());
  return capture;
}

/** Decodes a connection, and releases its bytes: the reports have previews of them. */
function explain(connection: Connection, allowance: Allowance): ConnectionReport {
  orient(connection);
  const { stream, client, server, fromClient, fromServer, begin } = connection;
  const heads = [fromClient, fromServer].map(({ recording }) => readHead(recording.head(MAX_HEAD)));
  const one = (role: 'client' | 'server', sent: Assembler, otherHead = heads[0]) =>
    allowance.inspect(sent.recording.takeBytes(), {
      role,
      ...(otherHead === undefined ? {} : { otherHead }),
    });
  const both = {
    client: one('client', fromClient, heads[1]),
    server: one('server', fromServer, heads[0]),
  };
  const order = [
    ...both.client.frames.map((frame) => placeOf('client', frame, fromClient, begin)),
    ...both.server.frames.map((frame) => placeOf('server', frame, fromServer, begin)),
  ].sort((one, other) => one.time - other.time);
  const report: ConnectionReport = {
    ...{ stream, begin, order },
    client: directionOf(client, fromClient, both.client),
    server: directionOf(server, fromServer, both.server),
  };
  connection.discard();
  return report;
}

/** Detects the client by the MASK bit (§5.1) if no SYN was captured. */
function orient(connection: Connection): void {
  const { sawStart, protocol, fromClient, fromServer } = connection;
  if (sawStart || protocol !== 'unknown') return;
  const senderOf = (sent: Assembler) => {
    const bytes = sent.recording.head(2);
    return bytes.length < 2 ? undefined : inspect(bytes, { maxFrames: 0 }).sender;
  };
  const [first, second] = [senderOf(fromClient), senderOf(fromServer)];
  if (first !== 'client' && second !== 'server' && first !== second) {
    connection.swap();
  }
}

/** Whether both directions of a connection without handshake begin with valid frames. */
function isPlausible(
  { client, server }: ConnectionReport,
  { protocol, sawStart }: Connection,
): boolean {
  if (protocol !== 'unknown' || sawStart) return false;
  const used = [client, server].filter(({ length }) => length > 0);
  return used.length > 0 && used.every(({ inspection }) => beginsRight(inspection));
}

function beginsRight({ frames, problem, truncated }: Inspection): boolean {
  const [first] = frames;
  return (
    first !== undefined &&
    problem?.offset !== 0 &&
    first.problem === undefined &&
    truncated?.frame !== 0
  );
}

function placeOf(
  sender: 'client' | 'server',
  { index, offset, length }: FrameReport,
  sent: Assembler,
  begin: number,
): ConnectionReport['order'][number] {
  return { sender, frame: index, time: sent.recording.timeOf(offset + length - 1) - begin };
}

function directionOf(address: string, sent: Assembler, inspection: Inspection): DirectionReport {
  const { length, gaps, gapsLeft, behindGap, dropped, retransmitted, reordered, abandoned } = sent;
  const notes: string[] = [];
  if (gaps.length > 0) {
    const more = gaps.length + gapsLeft > 1 ? `, and ${gaps.length + gapsLeft - 1} more gaps` : '';
    const [{ at, seq, length: missing }] = gaps;
    notes.push(
      `Gap at byte ${at}: ${missing} bytes at sequence number ${seq} were not captured${more}. ` +
        `The ${behindGap} bytes after it are not decoded: their frame boundaries are unknown.`,
    );
  }
  if (abandoned > 0) {
    const limits = `${MAX_WAITING_BYTES >> 20} MiB or ${MAX_WAITING.toLocaleString('en')} segments`;
    notes.push(
      `Missing bytes became gaps, because more than ${limits} arrived before them, or the memory limit was reached.`,
    );
  }
  if (dropped > 0) {
    const why = sent.isFull
      ? 'the capture exceeds the memory limit'
      : `the limit is ${MAX_STREAM >> 20} MiB`;
    notes.push(`Only the first ${length} bytes are decoded, ${dropped} more are skipped: ${why}.`);
  }
  return { address, length, gaps, retransmitted, reordered, inspection, notes };
}
