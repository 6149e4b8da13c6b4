// The WebSocket messages of a HAR file, as Chrome and those after it save them: `_webSocketMessages`.

import { describeMessage, type MessageReport } from 'wsimd/inspect';
import type { Options } from './command.ts';
import { UserError } from './errors.ts';

/** A message as the browser noted it. A HAR has messages only: no frames, no masks, no lengths on the wire. */
export interface HarMessage {
  sender: 'client' | 'server';
  /** Seconds since the first. */
  time: number;
  message: MessageReport;
  /** What could not be read of it. */
  note?: string;
}

export interface HarConnection {
  stream: number;
  url: string;
  /** Of the response: 101 where it was accepted. */
  status: number;
  statusText: string;
  messages: HarMessage[];
  /** Messages that are not shown. */
  messagesLeft: number;
}

export interface Har {
  connections: HarConnection[];
}

/** What of a HAR is read; anything may be missing. */
interface Entry {
  request?: { url?: unknown };
  response?: { status?: unknown; statusText?: unknown };
  _webSocketMessages?: unknown;
}

/** Reads the file. Throws a UserError where it is none, or has no WebSocket connection. */
export function readHar(text: string, name: string, options: Options): Har {
  const entries = entriesOf(text, name).filter((entry) => Array.isArray(entry?._webSocketMessages));
  if (entries.length === 0) {
    throw new UserError(
      `${name}: a HAR file without WebSocket messages: save it from the browser with content`,
    );
  }
  const connections = entries
    .map((entry, index) => connectionOf(entry, index, options))
    .filter(({ stream }) => options.stream === undefined || stream === options.stream);
  if (connections.length > 0) return { connections };
  throw new UserError(
    `${name}: no connection ${options.stream}: there are ${entries.length}, from 0 on`,
  );
}

function entriesOf(text: string, name: string): Entry[] {
  let har: { log?: { entries?: unknown } };
  try {
    har = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UserError(
      `${name}: looks like a HAR file, but is not JSON: ${(error as Error).message}`,
    );
  }
  const entries = har?.log?.entries;
  if (Array.isArray(entries)) return entries;
  throw new UserError(`${name}: JSON, but no HAR file: it has no log.entries`);
}

function connectionOf(entry: Entry, stream: number, options: Options): HarConnection {
  const all = entry._webSocketMessages as unknown[];
  const start = timeOf(all[0]);
  return {
    stream,
    url: String(entry.request?.url ?? ''),
    status: Number(entry.response?.status ?? 0),
    statusText: String(entry.response?.statusText ?? ''),
    messages: all.slice(0, options.maxFrames).map((one) => messageOf(one, start, options.preview)),
    messagesLeft: Math.max(0, all.length - options.maxFrames),
  };
}

function timeOf(message: unknown): number {
  const { time } = (message ?? {}) as { time?: unknown };
  return typeof time === 'number' ? time : 0;
}

function messageOf(given: unknown, start: number, preview: number): HarMessage {
  const { type, opcode, data } = (given ?? {}) as Record<string, unknown>;
  const isBinary = opcode === 2;
  const text = typeof data === 'string' ? data : '';
  const bytes = isBinary ? Buffer.from(text, 'base64') : Buffer.from(text, 'utf8');
  const isWhole =
    !isBinary || bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  const number = typeof opcode === 'number' ? opcode : 1;
  return {
    sender: type === 'send' ? 'client' : 'server',
    time: timeOf(given) - start,
    message: describeMessage(number, bytes, preview),
    ...(isWhole ? {} : { note: 'its data is not base64 throughout' }),
    ...(typeof data === 'string' ? {} : { note: 'it has no data' }),
  };
}
