// Bytes that ws refuses, or takes, from a peer that is only a socket: the same events, the same answer on
// the wire.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { hex, join, toHex } from '../../support/bytes.ts';
import { Connection, type Log, soon } from './support/connection.ts';
import { type Any, accelerated, type Library, stock, VERSIONS } from './support/libraries.ts';

/** A frame by its first byte, its length as it stands, and its payload. */
type Frame = readonly [first: number, length: string, payload?: string];

const GOOD: Frame = [0x81, '02', '6f6b'];

const CASES: Record<string, readonly Frame[]> = {
  RSV1: [[0xc1, '00']],
  RSV2: [[0xa1, '00']],
  RSV3: [[0x91, '00']],
  'RSV1 on a ping': [[0xc9, '00']],
  'opcode 3': [[0x83, '00']],
  'opcode 7': [[0x87, '00']],
  'opcode 11': [[0x8b, '00']],
  'opcode 15': [[0x8f, '00']],
  'a continuation of nothing': [[0x80, '00']],
  'text within text': [
    [0x01, '00'],
    [0x81, '00'],
  ],
  'binary within text': [
    [0x01, '01', '61'],
    [0x82, '00'],
  ],
  'a fragmented ping': [[0x09, '00']],
  'a ping of 126 bytes': [[0x89, '7e007e', '00'.repeat(126)]],
  'a close frame of one byte': [[0x88, '01', '03']],
  'close code 1004': [[0x88, '02', '03ec']],
  'close code 999': [[0x88, '02', '03e7']],
  'close code 5000': [[0x88, '02', '1388']],
  'a close reason that is not UTF-8': [[0x88, '04', '03e8ff61']],
  'text that is not UTF-8': [[0x81, '03', '61ff62']],
  'text that ends in a character': [[0x81, '02', 'ec95']],
  'a surrogate': [[0x81, '03', 'eda080']],
  'fragments that are not UTF-8 together': [
    [0x01, '01', 'ec'],
    [0x80, '01', '61'],
  ],
  'a length beyond 2^53': [[0x82, '7f0020000000000000']],
  'a length with its high bit set': [[0x82, '7fffffffffffffffff']],
  'a message beyond maxPayload': [[0x82, '7e03e9']],
  'fragments beyond maxPayload': [
    [0x02, '7e01f4', '00'.repeat(500)],
    [0x80, '7e01f5'],
  ],
  'a length in 16 bits that fits in 7': [
    [0x82, '7e0005', '0102030405'],
    [0x88, '00'],
  ],
  'a length in 64 bits that fits in 7': [
    [0x82, '7f0000000000000005', '0102030405'],
    [0x88, '00'],
  ],
  'a close frame without a code': [[0x88, '00']],
  'a close frame with a reason': [[0x88, '06', '03e9ec958861']],
  'close code 3000': [[0x88, '02', '0bb8']],
  'frames after the close frame': [[0x88, '02', '03e8'], GOOD, [0x89, '00']],
  'pings among fragments': [
    [0x01, '01', '61'],
    [0x89, '01', '70'],
    [0x80, '01', '62'],
    [0x88, '00'],
  ],
  'empty frames': [
    [0x81, '00'],
    [0x82, '00'],
    [0x01, '00'],
    [0x00, '00'],
    [0x80, '00'],
    [0x88, '00'],
  ],
  'half a message, then the end': [[0x82, '10', '0102']],
  'nothing more': [],
};

function bytesOf(frames: readonly Frame[], masked: boolean): Buffer {
  const parts = [GOOD, ...frames].map(([first, length, payload = '']) => {
    const lengths = hex(length);
    if (masked) lengths[0] |= 0x80;
    const key = masked ? new Uint8Array(4) : new Uint8Array(0);
    return join(new Uint8Array([first]), lengths, key, hex(payload));
  });
  return Buffer.from(join(...parts));
}

const MASKING: Record<string, Buffer> = {
  'a masked frame': Buffer.from(hex('81 80 00 00 00 00')),
  'an unmasked frame': Buffer.from(hex('81 00')),
};

/** What a server says of these bytes, and answers. */
async function server(
  library: Library,
  bytes: Buffer,
  size: number,
  isFirst = false,
): Promise<Log> {
  const connection = new Connection({ server: library, client: library });
  try {
    const options = { maxPayload: 1000, closeTimeout: 500 };
    await connection.openRaw(options, isFirst ? bytes : undefined);
    const raw = connection.raw as Socket;
    raw.setNoDelay();
    for (let at = 0; at < bytes.length && !isFirst; at += size) {
      raw.write(bytes.subarray(at, at + size));
      if (size < bytes.length) await soon(1);
    }
    await soon(10);
    raw.end();
    return await connection.closed();
  } finally {
    await connection.dispose();
  }
}

/** What a client says of these bytes, and answers. */
async function client(library: Library, bytes: Buffer): Promise<Log> {
  const log: Log = { server: [], client: [], wire: '' };
  const peer = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (request) => {
      const [, key] = /sec-websocket-key: (.*)\r\n/i.exec(request.toString()) as Any;
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
      const upgrade =
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
      const head = `${upgrade}Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), bytes]));
      let received = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        log.wire = toHex(received);
      });
      setTimeout(() => socket.end(), 15);
    });
  });
  peer.listen(0, '127.0.0.1');
  await once(peer, 'listening');
  const { port } = peer.address() as Any;
  const generateMask = (mask: Buffer) => mask.fill(0);
  const c = new library.WebSocket(`ws://127.0.0.1:${port}`, { maxPayload: 1000, generateMask });
  const follower = new Connection({ server: library, client: library });
  (follower as Any).follow(c, log.client);
  await follower.closed();
  peer.close();
  return log;
}

describe.each(VERSIONS)('%s', (version) => {
  const theirs = stock(version);
  const ours = accelerated(version);

  it.each(Object.keys(CASES))('a server: %s', async (name) => {
    const bytes = bytesOf(CASES[name], true);
    const expected = await server(theirs, bytes, bytes.length);
    expect(await server(ours, bytes, bytes.length)).toEqual(expected);
    expect(await server(ours, bytes, bytes.length, true), 'with the request').toEqual(expected);
  });

  it.each(Object.keys(CASES))('a client: %s', async (name) => {
    const bytes = bytesOf(CASES[name], false);
    expect(await client(ours, bytes)).toEqual(await client(theirs, bytes));
  });

  it.each(Object.keys(MASKING))('%s, to the end that must not get it', async (name) => {
    const bytes = MASKING[name];
    const play = name === 'a masked frame' ? client : server;
    expect(await play(ours, bytes, 1000)).toEqual(await play(theirs, bytes, 1000));
  });
});

describe('byte by byte', () => {
  const theirs = stock('ws');
  const ours = accelerated('ws');
  const short = Object.keys(CASES).filter((name) => bytesOf(CASES[name], true).length < 60);

  it.each(short)('a server: %s', async (name) => {
    const bytes = bytesOf(CASES[name], true);
    expect(await server(ours, bytes, 1)).toEqual(await server(theirs, bytes, 1));
  });
});
