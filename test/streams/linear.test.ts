// A guard against floods in the opening handshake: whatever the shape of the heads and of the chunks, the work done is
// in proportion to the bytes. Work is counted, not timed: bytes copied, bytes searched, header lines, and calls.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { utf8 } from '../support/bytes.ts';

/** What a call costs beside its bytes, in bytes. */
const CALL = 16;
const LIMIT = 1 << 24;

let work = 0;
const bytes = Uint8Array.prototype;
const { set, slice, indexOf } = bytes;
const { append } = Headers.prototype;

beforeEach(() => {
  bytes.set = function counted(source: ArrayLike<number>, at?: number) {
    work += CALL + source.length;
    set.call(this, source, at);
  };
  bytes.slice = function counted(...range) {
    const copy = slice.apply(this, range);
    work += CALL + copy.length;
    return copy;
  };
  bytes.indexOf = function counted(byte, from = 0) {
    const at = indexOf.call(this, byte, from);
    work += CALL + (at === -1 ? this.length : at) - from;
    return at;
  };
  Headers.prototype.append = function counted(name, value) {
    work += CALL + name.length + value.length;
    append.call(this, name, value);
  };
});
afterEach(() => {
  Object.assign(bytes, { set, slice, indexOf });
  Headers.prototype.append = append;
});

/** All that a peer sends, about `length` characters, before it ends the transport. */
type Shape = (length: number) => string;

const REQUEST = 'GET / HTTP/1.1\r\n';
const RESPONSE = 'HTTP/1.1 101 OK\r\n';
const times = (text: string, length: number) => text.repeat(Math.ceil(length / text.length));

const SHAPES: Record<'client' | 'server', Record<string, Shape>> = {
  client: {
    'interim heads': (n) => times('HTTP/1.1 100\r\n\r\n', n),
    'interim heads with a header': (n) => times('HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n', n),
    'one interim head, then no head': (n) => `HTTP/1.1 100\r\n\r\n${times('y', n)}`,
    'a reason that never ends': (n) => RESPONSE.trim() + times('y', n),
    'a refusal with a body': (n) => `HTTP/1.1 403\r\nContent-Length: ${n}\r\n\r\n${times('y', n)}`,
  },
  server: {
    'a target that never ends': (n) => `GET /${times('y', n)}`,
    'spaces in the first line': (n) => `GET${times(' ', n)}/ HTTP/1.1\r\n\r\n`,
    'words in the first line': (n) => `${times('a ', n)}\r\n\r\n`,
    'many lines': (n) => `${REQUEST}${times('a:\r\n', n)}\r\n`,
    'many lines with other names': (n) =>
      `${REQUEST}${Array.from({ length: n / 8 }, (_, i) => `n${i}: v\r\n`).join('')}\r\n`,
    'a long name': (n) => `${REQUEST}${times('n', n)}: v\r\n\r\n`,
    'a long value': (n) => `${REQUEST}n: ${times('v', n)}\r\n\r\n`,
    'spaces and tabs before a value': (n) => `${REQUEST}n:${times(' \t', n)}v\r\n\r\n`,
    'spaces and tabs in a value': (n) => `${REQUEST}n: v${times(' \t', n)}v\r\n\r\n`,
    'a list of commas': (n) => `${REQUEST}Host: a\r\nUpgrade: ${times(',', n)}\r\n\r\n`,
    'nothing but CR': (n) => times('\r', n),
    'nothing but LF': (n) => times('\n', n),
    'ends of lines that end no head': (n) => `${REQUEST}${times('x\r\n\r', n)}`,
    'a request that is pipelined': (n) => times(`${REQUEST}Host: a\r\n\r\n`, n),
  },
};

/** The work that a connection's opening costs for each byte that the peer sends. */
async function workOf(role: 'client' | 'server', shape: Shape, length: number, chunk: number) {
  const sent = utf8(shape(length));
  let at = 0;
  const transport = {
    readable: new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at < sent.length) controller.enqueue(sent.subarray(at, (at += chunk)));
        else controller.close();
      },
    }),
    writable: new WritableStream<Uint8Array>(),
  };
  const common = { maxHeadBytes: LIMIT, closeTimeout: 1 };
  work = 0;
  const connection = new WebSocketOverStream(
    transport,
    role === 'server' ? { role, ...common } : { url: 'ws://a/', ...common },
  );
  await connection.opened.catch(() => {});
  return work / sent.length;
}

const CASES = (['client', 'server'] as const).flatMap((role) =>
  Object.entries(SHAPES[role]).map(([name, shape]) => [role, name, shape] as const),
);

describe.each(CASES)('to a %s: %s', (role, _name, shape) => {
  it.each([1, 7, 1000, LIMIT])('in chunks of %d bytes', async (chunk) => {
    const less = await workOf(role, shape, 4_000, chunk);
    const more = await workOf(role, shape, 20_000, chunk);
    // Five times the bytes, and the work for each is what it was, within a third and a constant.
    expect(more).toBeLessThan(less * 1.35 + 3);
    expect(more).toBeLessThan(CALL * 8);
  });
});
