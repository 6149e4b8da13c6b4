// A capture of a network, explained: its WebSocket connections, both directions of each, in the order of time.

import {
  type FrameReport,
  type Inspection,
  type InspectOptions,
  inspect,
  readHead,
} from 'wsimd/inspect';
import { UserError } from '../command-errors.ts';
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

/** What one end sent. */
export interface DirectionReport {
  address: string;
  /** Bytes that were explained: up to the first gap. */
  length: number;
  /** Bytes that the capture lacks: what follows the first is not decoded, for where frames begin is lost. */
  gaps: Gap[];
  /** Segments that came again, and that came too early. */
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
  /** When it began, in seconds since 1970. */
  begin: number;
  /** The frames of both ends, in the order in which their last bytes came; seconds since the beginning. */
  order: { sender: 'client' | 'server'; frame: number; time: number }[];
}

export interface Capture {
  connections: ConnectionReport[];
  /** Connections that are not explained, and what is spoken there. */
  others: { stream: number; client: string; server: string; protocol: Protocol }[];
  packets: number;
  notes: string[];
}

export interface CaptureOptions extends InspectOptions {
  /** Explain this connection only, and also where it may be another protocol. */
  only?: number;
}

/** Reads a capture. Throws a UserError where it is none, or the connection asked for is not in it. */
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
    if (packets === 0) throw new UserError(`${name}: is no capture that can be read: ${message}`);
    notes.push(`The capture breaks off behind packet ${packets}: ${message}`);
  }
  connections.finish();
  for (const [what, count] of skipped) notes.push(`Packets left out: ${count}: ${what}.`);
  if (connections.isFull || connections.all.some(({ isFull }) => isFull)) {
    const limits = `${MAX_KEPT >> 20} MiB or ${MAX_CONNECTIONS.toLocaleString('en')} connections`;
    notes.push(`The capture holds too much: above ${limits}, later data is left out.`);
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
    throw new UserError(`${name}: no connection ${only}: there are ${all.length}, from 0 on`);
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

/** Explains a connection, direction by direction, and lets go of its bytes: the reports have previews of them. */
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

/** Where no SYN was captured, the MASK bit tells who the client is (§5.1). */
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

/** Without a handshake: whether both directions begin with frames that are right. */
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
      `Gap at byte ${at}: ${missing} bytes from sequence number ${seq} on were not captured${more}. ` +
        `The ${behindGap} bytes behind it are not decoded: where frames begin there is not known.`,
    );
  }
  if (abandoned > 0) {
    const limits = `${MAX_WAITING_BYTES >> 20} MiB or ${MAX_WAITING.toLocaleString('en')} segments`;
    notes.push(
      `Missing bytes were not waited for: more than ${limits} came before them, or more than the capture may hold.`,
    );
  }
  if (dropped > 0) {
    const why = sent.isFull ? 'the capture holds too much' : `the limit is ${MAX_STREAM >> 20} MiB`;
    notes.push(`Only the first ${length} bytes are explained, ${dropped} bytes follow: ${why}.`);
  }
  return { address, length, gaps, retransmitted, reordered, inspection, notes };
}
