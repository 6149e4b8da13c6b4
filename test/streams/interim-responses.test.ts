// Interim responses (1xx) before the final one, RFC 9110 §15.2: a few are valid, floods of them are bounded, and the
// event loop runs while they are read. The same for other bytes that never end before the connection is open.

import { describe, expect, it } from 'vitest';
import { acceptKeyOf } from '../../src/handshake/accept-key.ts';
import { HeadReader } from '../../src/handshake/http-head.ts';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { join, utf8 } from '../support/bytes.ts';
import { failureOf } from '../support/transports.ts';

const INTERIM = 'HTTP/1.1 100\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';

/** A client's transport whose peer answers the request with these bytes, in one chunk. */
function answering(answer: (accept: string) => Uint8Array) {
  const back = new TransformStream<Uint8Array, Uint8Array>();
  const writer = back.writable.getWriter();
  writer.closed.catch(() => {});
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      const [, key = ''] =
        /^Sec-WebSocket-Key: (.*)\r$/m.exec(new TextDecoder().decode(chunk)) ?? [];
      writer.write(answer(await acceptKeyOf(key))).catch(() => {});
    },
  });
  return { readable: back.readable, writable };
}

const accepted = (accept: string): string =>
  [
    ...['HTTP/1.1 101 OK', 'Upgrade: websocket', 'Connection: Upgrade'],
    ...[`Sec-WebSocket-Accept: ${accept}`, '', ''],
  ].join('\r\n');
const LENGTH = accepted('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=').length;

describe('interim responses and maxHeadBytes', () => {
  it.each([
    ['100 once', INTERIM],
    ['103 with a header, twice', HINTS + HINTS],
    ['102, 199 and 100', `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 \r\n\r\n${INTERIM}`],
  ])('opens after %s, and keeps the frames after the response', async (_name, before) => {
    const frame = Uint8Array.of(0x81, 2, 0x68, 0x69);
    const transport = answering((accept) => join(utf8(before + accepted(accept)), frame));
    const socket = new WebSocketOverStream(transport, { url: 'ws://a/' });
    await socket.opened;
    expect(await socket.readable.getReader().read()).toEqual({ done: false, value: 'hi' });
  });

  it.each([
    [0, true],
    [-1, false],
  ])('counts the bytes of all heads: with %d bytes to spare, opened: %j', async (spare, opens) => {
    const maxHeadBytes = 100 * INTERIM.length + LENGTH + spare;
    const transport = answering((accept) => utf8(INTERIM.repeat(100) + accepted(accept)));
    const socket = new WebSocketOverStream(transport, { url: 'ws://a/', maxHeadBytes });
    if (opens) expect((await socket.opened).protocol).toBe('');
    else {
      expect(await failureOf(socket.opened)).toMatchObject({
        code: 'WS_ERR_HANDSHAKE_TOO_LARGE',
        message: `the HTTP heads exceed ${maxHeadBytes} bytes (RFC 6455 §10.4)`,
      });
    }
  });

  it('rejects a flood of them at the default of 16 KiB', async () => {
    const transport = answering(() => utf8(INTERIM.repeat(65_536)));
    const socket = new WebSocketOverStream(transport, { url: 'ws://a/' });
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_TOO_LARGE' });
    expect(await failureOf(socket.closed)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_TOO_LARGE' });
  });

  it('refuses an interim response with an invalid header', async () => {
    const transport = answering((accept) =>
      utf8(`HTTP/1.1 100\r\nX Y: z\r\n\r\n${accepted(accept)}`),
    );
    const socket = new WebSocketOverStream(transport, { url: 'ws://a/' });
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_INVALID_HANDSHAKE' });
  });
});

/** Counts heads that are looked for, until the test ends. */
function countingHeads(): { heads: number; stop(): void } {
  const { next } = HeadReader.prototype;
  const count = {
    heads: 0,
    stop() {
      HeadReader.prototype.next = next;
    },
  };
  HeadReader.prototype.next = function counted() {
    count.heads++;
    return next.call(this);
  };
  return count;
}

describe('the event loop runs', () => {
  const COUNT = 20_000;

  it('between interim responses of one chunk, so that a signal aborts', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const count = countingHeads();
    const transport = answering((accept) => {
      setImmediate(() => abort.abort(reason));
      return utf8(INTERIM.repeat(COUNT) + accepted(accept));
    });
    const options = { url: 'ws://a/', maxHeadBytes: 1 << 20, signal: abort.signal };
    const socket = new WebSocketOverStream(transport, options);
    expect(await failureOf(socket.opened)).toBe(reason);
    expect(await failureOf(socket.closed)).toBe(reason);
    const { heads } = count;
    // Nobody goes on with the rest of them.
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    count.stop();
    expect(heads).toBeLessThan(COUNT / 10);
    expect(count.heads - heads).toBeLessThanOrEqual(1);
  });

  /** Always has the next chunk at once: whoever reads it never waits. */
  const endless = (chunk: string, onCancel?: (reason: unknown) => void) =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8(chunk)),
      cancel: onCancel,
    });

  it.each([
    ['client', 'interim responses', INTERIM.repeat(10)],
    ['client', 'a byte of a head', 'y'],
    ['server', 'a byte of a head', 'y'],
    ['server', 'no bytes', ''],
  ] as const)('a %s, sent %s without end: the timeout fires', async (role, _name, chunk) => {
    let reason: unknown;
    const transport = {
      readable: endless(chunk, (why) => {
        reason = why;
      }),
      writable: new WritableStream<Uint8Array>(),
    };
    const options = { handshakeTimeout: 20, maxHeadBytes: 2 ** 40 };
    const socket = new WebSocketOverStream(
      transport,
      role === 'server' ? { role, ...options } : { url: 'ws://a/', ...options },
    );
    const error = await failureOf(socket.opened);
    expect(error).toMatchObject({ code: 'WS_ERR_HANDSHAKE_TIMEOUT' });
    expect(reason).toBe(error);
  });

  it('after a server refused, and the client sends without end: the transport is dropped in time', async () => {
    const cancelled = new Promise((resolve) => {
      const transport = {
        readable: endless('POST / HTTP/1.1\r\n\r\n', resolve),
        writable: new WritableStream<Uint8Array>(),
      };
      new WebSocketOverStream(transport, { role: 'server', closeTimeout: 20 });
    });
    expect(await cancelled).toMatchObject({ code: 'WS_ERR_INVALID_HANDSHAKE' });
  });
});
