// Measures the tap alone: chunks as a socket delivers them, in both directions, without a proxy.

import { Encoder } from 'wsimd';
import { Tap } from './tap.js';

const CHUNK = 65_536;
/** Bytes per round. */
const ROUND = 256 << 20;
const MOST_MESSAGES = 1_000_000;

const REQUEST = [
  ...['GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'],
  ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
];
const RESPONSE = [
  ...['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'],
  ...['Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', '', ''],
];

/** Encodes at least one chunk of messages and splits it into chunks. */
function chunksOf(role, size) {
  const encoder = new Encoder({ role });
  const count = Math.max(1, Math.floor(CHUNK / size));
  const bytes = Buffer.concat(
    Array.from({ length: count }, () => encoder.binary(new Uint8Array(size))),
  );
  const chunks = [];
  for (let at = 0; at < bytes.length; at += CHUNK) chunks.push(bytes.subarray(at, at + CHUNK));
  return { chunks, count };
}

/** Microseconds of CPU per message of `size` bytes, both directions together. */
export function measureTap(size, check) {
  const connection = new Tap({ check }).open('a client');
  connection.chunk('client', Buffer.from(REQUEST.join('\r\n')));
  connection.chunk('server', Buffer.from(RESPONSE.join('\r\n')));
  const { chunks: there, count } = chunksOf('client', size);
  const { chunks: back } = chunksOf('server', size);
  const times = Math.ceil(Math.min(ROUND / size, MOST_MESSAGES) / count);
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) {
    for (const chunk of there) connection.chunk('client', chunk);
    for (const chunk of back) connection.chunk('server', chunk);
  }
  const { user, system } = process.cpuUsage(before);
  if (connection.violations.length > 0) throw new Error('the tap reported violations');
  return (user + system) / (times * count);
}
