// Reads the WebSocket messages of a HAR file, which Chrome and other browsers save as `_webSocketMessages`.

import { describeMessage, type MessageReport } from 'wsimd/inspect';
import { UserError } from '../../bin/terminal/user-error.ts';
import { MAX_REPORTED } from './allowance.ts';
import { Budget } from './budget.ts';
import type { Options } from './command.ts';
import { rangeOf } from './range.ts';

/** A message as the browser saved it. A HAR file has no frames, masks or wire lengths. */
export interface HarMessage {
  sender: 'client' | 'server';
  /** Seconds since the first message. */
  time: number;
  message: MessageReport;
  /** What is invalid in it. */
  note?: string;
}

export interface HarConnection {
  stream: number;
  url: string;
  /** HTTP status of the response: 101 if accepted. */
  status: number;
  statusText: string;
  messages: HarMessage[];
  /** Number of messages not shown. */
  messagesLeft: number;
}

export interface Har {
  connections: HarConnection[];
}

/** Bytes of memory of a message, except for its preview. */
const MESSAGE_BYTES = 1000;

/** Maximum number of JSON values, including objects and arrays: the shortest take thirty times their text in memory. */
const MAX_VALUES = 5_000_000;

/** The members of a HAR entry that are read. Each may be missing, or of another type. */
interface Entry {
  request?: { url?: unknown } | null;
  response?: { status?: unknown; statusText?: unknown } | null;
  _webSocketMessages?: unknown;
}

/** Reads the file. Throws a UserError if it is invalid, or has no WebSocket connection. */
export function readHar(text: string, name: string, options: Options): Har {
  const entries = entriesOf(text, name).filter((entry) => Array.isArray(entry?._webSocketMessages));
  if (entries.length === 0) {
    throw new UserError(
      `${name}: the HAR file has no WebSocket messages: save it from the browser with content`,
    );
  }
  const budget = new Budget(MAX_REPORTED);
  const connections = entries
    .map((entry, index) => connectionOf(entry, index, options, budget))
    .filter(({ stream }) => options.stream === undefined || stream === options.stream);
  if (connections.length > 0) return { connections };
  throw new UserError(`${name}: no connection ${options.stream}: ${rangeOf(entries.length)}`);
}

function entriesOf(text: string, name: string): Entry[] {
  if (hasTooManyValues(text)) {
    const most = MAX_VALUES.toLocaleString('en');
    throw new UserError(`${name}: a HAR file must have at most ${most} JSON values`);
  }
  let har: { log?: { entries?: unknown } };
  try {
    har = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UserError(`${name}: the HAR file is not valid JSON: ${(error as Error).message}`);
  }
  const entries = har?.log?.entries;
  if (Array.isArray(entries)) return entries;
  throw new UserError(`${name}: not a HAR file: log.entries is missing`);
}

/** Counts the characters that start, separate or name values outside of strings. Needs no valid JSON. */
function hasTooManyValues(text: string): boolean {
  let count = 0;
  let isString = false;
  for (let at = 0; at < text.length && count <= MAX_VALUES; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) isString = !isString;
    else if (!isString) {
      if (unit === COMMA || unit === BRACKET || unit === BRACE) count++;
    } else if (unit === BACKSLASH) at++;
  }
  return count > MAX_VALUES;
}

const [QUOTE, COMMA, BRACKET, BACKSLASH, BRACE] = [0x22, 0x2c, 0x5b, 0x5c, 0x7b];

function connectionOf(
  entry: Entry,
  stream: number,
  { stream: only = stream, maxFrames, preview }: Options,
  budget: Budget,
): HarConnection {
  const all = entry._webSocketMessages as unknown[];
  const start = timeOf(all[0]);
  const most = only === stream ? Math.min(all.length, maxFrames) : 0;
  const messages: HarMessage[] = [];
  while (messages.length < most) {
    const message = messageOf(all[messages.length], start, preview);
    if (!budget.take(weightOf(message))) break;
    messages.push(message);
  }
  const { status } = entry.response ?? {};
  return {
    stream,
    url: textOf(entry.request?.url),
    status: typeof status === 'number' ? status : 0,
    statusText: textOf(entry.response?.statusText),
    messages,
    messagesLeft: all.length - messages.length,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Approximate memory of a message, in bytes: JSON values take several times their text. */
function weightOf({ message: { preview } }: HarMessage): number {
  return MESSAGE_BYTES + preview.hex.length * (preview.json === undefined ? 2 : 10);
}

function timeOf(message: unknown): number {
  const { time } = (message ?? {}) as { time?: unknown };
  return typeof time === 'number' ? time : 0;
}

function messageOf(given: unknown, start: number, preview: number): HarMessage {
  const { type, opcode, data } = (given ?? {}) as Record<string, unknown>;
  const isBinary = opcode === 2;
  const text = textOf(data);
  const bytes = isBinary ? Buffer.from(text, 'base64') : Buffer.from(text, 'utf8');
  const isWhole = !isBinary || unpadded(bytes.toString('base64')) === unpadded(text);
  const number = typeof opcode === 'number' ? opcode : 1;
  return {
    sender: type === 'send' ? 'client' : 'server',
    time: timeOf(given) - start,
    message: describeMessage(number, bytes, preview, false),
    ...(isWhole ? {} : { note: 'its data is not valid base64' }),
    ...(typeof data === 'string' ? {} : { note: 'it has no data' }),
  };
}

/** Base64 without its padding. */
function unpadded(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '=') end--;
  return text.slice(0, end);
}
