// A WebSocket over streams: both ends of ours together, and each against a peer driven by hand.

import { describe, expect, it } from 'vitest';
import { acceptKeyOf } from '../../src/handshake/accept-key.ts';
import { ConnectionError } from '../../src/streams/errors.ts';
import type { Message } from '../../src/streams/message-streams.ts';
import type { ClientOptions, CommonOptions, ServerOptions } from '../../src/streams/options.ts';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { frame, hex, join, toHex, utf8 } from '../support/bytes.ts';
import { connected, failureOf, Peer } from '../support/transports.ts';

const soon = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms));

/** A client and a server of ours. */
async function both(
  client: Partial<ClientOptions> = {},
  server: Partial<ServerOptions> = {},
  piece?: number,
) {
  const [here, there] = connected(piece);
  const a = new WebSocketOverStream(here, { url: 'ws://test/', ...client });
  const b = new WebSocketOverStream(there, { role: 'server', ...server });
  await Promise.all([a.opened, b.opened]);
  return { a, b };
}

/** A client of ours whose server is driven by hand. */
async function withPeer(options: CommonOptions = {}) {
  const [here, there] = connected();
  const socket = new WebSocketOverStream(here, { url: 'ws://test/', ...options });
  const peer = new Peer(there);
  await peer.send(await responseTo(peer));
  await socket.opened;
  return { socket, peer };
}

/** Reads a client's request; the server's response. */
async function responseTo(peer: Peer): Promise<string> {
  const head = await peer.readUntil('\r\n\r\n');
  const accept = await acceptKeyOf(/^Sec-WebSocket-Key: (.*)\r$/m.exec(head)?.[1] ?? '');
  const lines = ['HTTP/1.1 101 OK', 'Upgrade: websocket', 'Connection: Upgrade'];
  return `${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`;
}

async function sendAll(socket: WebSocketOverStream, messages: readonly Message[]): Promise<void> {
  const writer = socket.writable.getWriter();
  for (const message of messages) await writer.write(message);
  await writer.close();
}

async function readAll(socket: WebSocketOverStream): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of socket) messages.push(message);
  return messages;
}

const plain = (messages: readonly Message[]) =>
  messages.map((one) => (typeof one === 'string' ? one : toHex(one)));

const MESSAGES: readonly Message[] = [
  '안녕하세요, 웹소켓',
  '',
  Uint8Array.of(0, 255),
  'x'.repeat(100_000),
  new Uint8Array(70_000).fill(7),
  '끝',
];

describe('messages', () => {
  it.each([1, 5, 1024, 1 << 20])(
    'are echoed in both directions, in chunks of %d bytes',
    async (piece) => {
      const messages = piece === 1 ? MESSAGES.slice(0, 3) : MESSAGES;
      const { a, b } = await both({}, {}, piece);
      const [, , atA, atB] = await Promise.all([
        sendAll(a, messages),
        sendAll(b, messages),
        readAll(a),
        readAll(b),
      ]);
      expect(plain(atA)).toEqual(plain(messages));
      expect(plain(atB)).toEqual(plain(messages));
      expect(await Promise.all([a.closed, b.closed])).toEqual([
        { closeCode: 1000, reason: '' },
        { closeCode: 1000, reason: '' },
      ]);
    },
  );

  it('written during the opening handshake are sent after it', async () => {
    const [here, there] = connected();
    const a = new WebSocketOverStream(here, { url: 'ws://test/' });
    const writer = a.writable.getWriter();
    const written = writer.write('early');
    const b = new WebSocketOverStream(there, { role: 'server' });
    expect(await b.readable.getReader().read()).toEqual({ done: false, value: 'early' });
    await written;
  });

  it('that arrive with the head of the handshake are delivered', async () => {
    const [here, there] = connected();
    const peer = new Peer(there);
    const socket = new WebSocketOverStream(here, { role: 'server' });
    const head = `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    const first = frame({ opcode: 1, payload: utf8('first'), key: [1, 2, 3, 4] });
    await peer.send(join(utf8(head), first));
    expect((await socket.readable.getReader().read()).value).toBe('first');
  });

  it('that arrive with the response can be answered before a later violation fails the connection', async () => {
    const [here, there] = connected();
    const socket = new WebSocketOverStream(here, { url: 'ws://test/' });
    socket.readable.pipeTo(socket.writable).catch(() => {});
    const peer = new Peer(there);
    const response = utf8(await responseTo(peer));
    // 'Hi', then a text message with RSV1.
    await peer.send(join(response, hex('81 02 48 69 c1 00')));
    expect((await peer.readHex(8)).slice(0, 4)).toBe('8182');
    expect((await peer.readHex(8)).slice(0, 4)).toBe('8882');
  });

  it('are copied when they are written', async () => {
    const { a, b } = await both();
    const bytes = new Uint8Array(200_000).fill(1);
    const writer = b.writable.getWriter();
    const written = writer.write(bytes);
    bytes.fill(2);
    const { value } = await a.readable.getReader().read();
    expect((value as Uint8Array).every((byte) => byte === 1)).toBe(true);
    await written;
  });
});

describe('backpressure', () => {
  it('reaches the sender, and ends when the messages are read', async () => {
    const { a, b } = await both();
    const writer = a.writable.getWriter();
    let sent = 0;
    const sending = (async () => {
      for (; sent < 400; sent++) await writer.write('x'.repeat(10_000));
      await writer.close();
    })();
    await soon(50);
    const stuck = sent;
    await soon(50);
    // 64 KiB at each end, and what was on its way.
    expect([sent, stuck < 40]).toEqual([stuck, true]);
    const [messages] = await Promise.all([readAll(b), sending]);
    expect([messages.length, sent]).toEqual([400, 400]);
  });

  it('does not deadlock two ends that only send', async () => {
    const { a, b } = await both();
    const COUNT = 200;
    const send = async (socket: WebSocketOverStream): Promise<void> => {
      const writer = socket.writable.getWriter();
      for (let i = 0; i < COUNT; i++) await writer.write('x'.repeat(10_000));
    };
    const read = async (socket: WebSocketOverStream): Promise<void> => {
      const reader = socket.readable.getReader();
      for (let i = 0; i < COUNT; i++) expect((await reader.read()).value?.length).toBe(10_000);
    };
    await Promise.all([send(a), send(b), read(a), read(b)]);
  });

  it('answers only the last of many pings', async () => {
    const { socket, peer } = await withPeer();
    void socket.readable.getReader().read();
    const ping = (n: number) => frame({ opcode: 9, payload: utf8(String(n).padStart(125, '0')) });
    for (let n = 0; n < 20_000; n += 100) {
      await peer.send(join(...Array.from({ length: 100 }, (_, i) => ping(n + i))));
    }
    await soon(20);
    const seen = await peer.readUntil(String.fromCharCode(0x8a, 0xfd));
    expect(seen.length).toBeGreaterThan(0);
    let pongs = 1;
    let last = '';
    for (;;) {
      last = await Promise.race([peer.readHex(131), soon(100).then(() => '')]);
      if (last === '') break;
      pongs++;
    }
    expect(pongs).toBeLessThan(2000);
  });
});

describe('control frames', () => {
  it('answers a ping with its payload, masked', async () => {
    const { socket, peer } = await withPeer();
    await peer.send(hex('89 02 68 69'));
    const bytes = hex(await peer.readHex(8));
    expect(toHex(bytes.subarray(0, 2))).toBe('8a82');
    expect([bytes[6] ^ bytes[2], bytes[7] ^ bytes[3]]).toEqual([0x68, 0x69]);
    socket.close();
  });

  it('heartbeat: sends a ping after silence, and an answer keeps the connection open', async () => {
    const { socket, peer } = await withPeer({ heartbeat: { interval: 15, timeout: 1000 } });
    for (let i = 0; i < 3; i++) {
      expect((await peer.readHex(6)).slice(0, 4)).toBe('8980');
      await peer.send(hex('8a 00'));
    }
    socket.close();
    expect((await peer.readHex(6)).slice(0, 4)).toBe('8880');
  });

  it('heartbeat: fails with WS_ERR_HEARTBEAT without an answer', async () => {
    const { socket, peer } = await withPeer({ heartbeat: { interval: 10, timeout: 10 } });
    const reader = socket.readable.getReader();
    expect(await failureOf(socket.closed)).toMatchObject({ code: 'WS_ERR_HEARTBEAT' });
    expect(await failureOf(reader.read())).toBeInstanceOf(ConnectionError);
    await peer.cancel().catch(() => {});
  });

  it('heartbeat: does not fail under backpressure', async () => {
    const { a, b } = await both({}, { heartbeat: { interval: 150, timeout: 150 } });
    const writer = a.writable.getWriter();
    const sending = (async () => {
      for (let i = 0; i < 50; i++) await writer.write('x'.repeat(10_000));
      await writer.close();
    })();
    await soon(500);
    expect((await readAll(b)).length).toBe(50);
    await sending;
    expect((await b.closed).closeCode).toBe(1000);
  });
});

describe('the closing handshake', () => {
  it.each([
    [{}, 1005, ''],
    [{ closeCode: 1000 }, 1000, ''],
    [{ reason: 'bye' }, 1000, 'bye'],
    [{ closeCode: 4321, reason: '안녕히' }, 4321, '안녕히'],
    [{ closeCode: 1001, reason: 'going' }, 1001, 'going'],
  ])('close(%j): both ends report %d %j', async (init, closeCode, reason) => {
    for (const closer of ['a', 'b'] as const) {
      const ends = await both();
      ends[closer].close(init);
      const other = closer === 'a' ? ends.b : ends.a;
      expect(await other.closed).toEqual({ closeCode, reason });
      // The answer has the code and no reason (§5.5.1).
      expect(await ends[closer].closed).toEqual({ closeCode, reason: '' });
      expect(await readAll(other)).toEqual([]);
    }
  });

  it.each([
    [{ closeCode: 1006 }],
    [{ closeCode: 999 }],
    [{ closeCode: 1000, reason: '글'.repeat(42) }],
  ])('close(%j) throws and sends nothing', async (init) => {
    const { socket, peer } = await withPeer();
    expect(() => socket.close(init)).toThrow(RangeError);
    await peer.send(hex('88 00'));
    expect((await peer.readHex(6)).slice(0, 4)).toBe('8880');
  });

  it('discards messages after the close frame', async () => {
    const { socket, peer } = await withPeer();
    const reader = socket.readable.getReader();
    await peer.send(join(hex('81 01 61'), hex('88 00'), hex('81 01 62')));
    expect(await reader.read()).toEqual({ done: false, value: 'a' });
    expect((await reader.read()).done).toBe(true);
    await peer.end();
    expect(await socket.closed).toEqual({ closeCode: 1005, reason: '' });
  });

  it('after close(): discards messages, accepts the peer’s close frame', async () => {
    const { socket, peer } = await withPeer();
    const reader = socket.readable.getReader();
    socket.close({ closeCode: 1000 });
    await peer.send(join(hex('81 01 61'), hex('89 00'), hex('88 02 0b b9')));
    expect((await reader.read()).done).toBe(true);
    await peer.end();
    expect(await socket.closed).toEqual({ closeCode: 3001, reason: '' });
    expect((await peer.readHex(100)).slice(0, 4)).toBe('8882');
  });

  it('the server ends the transport, and the client waits for it', async () => {
    const { a, b } = await both();
    let isOver = false;
    void a.closed.then(() => {
      isOver = true;
    });
    b.close({ closeCode: 1000 });
    await b.closed;
    await soon();
    expect(isOver).toBe(true);
    const hand = await withPeer({ closeTimeout: 40 });
    await hand.peer.send(hex('88 00'));
    const started = performance.now();
    // The peer never ends the transport: the client does not wait for ever.
    expect(await hand.socket.closed).toEqual({ closeCode: 1005, reason: '' });
    expect(performance.now() - started).toBeGreaterThan(20);
  });

  it('fails with WS_ERR_CLOSE_TIMEOUT without an answer', async () => {
    const { socket } = await withPeer({ closeTimeout: 20 });
    socket.close();
    expect(await failureOf(socket.closed)).toMatchObject({ code: 'WS_ERR_CLOSE_TIMEOUT' });
  });

  it('closing writable sends all messages, then closes', async () => {
    const { a, b } = await both();
    const writer = a.writable.getWriter();
    for (let i = 0; i < 100; i++) void writer.write(`message ${i}`);
    const closed = writer.close();
    expect((await readAll(b)).length).toBe(100);
    await closed;
    expect(await b.closed).toEqual({ closeCode: 1000, reason: '' });
  });

  it('leaving the loop, cancelling and aborting close the connection', async () => {
    const reason = new ConnectionError('WS_ERR_CLOSED', 'x', { closeCode: 4000, reason: 'enough' });
    const ways: [(socket: WebSocketOverStream) => unknown, number][] = [
      [(socket) => socket.readable.cancel(), 1005],
      [(socket) => socket.readable.cancel(reason), 4000],
      [(socket) => socket.writable.abort(), 1005],
      [(socket) => socket.writable.abort({ closeCode: 4001 }), 4001],
    ];
    for (const [close, code] of ways) {
      const { a, b } = await both();
      void close(a);
      expect((await b.closed).closeCode).toBe(code);
    }
    const { a, b } = await both();
    const writer = b.writable.getWriter();
    await writer.write('one');
    for await (const message of a) {
      expect(message).toBe('one');
      break;
    }
    expect((await b.closed).closeCode).toBe(1005);
  });

  it('piping readable to writable resolves when the peer closes', async () => {
    const { a, b } = await both();
    const piped = b.readable.pipeTo(b.writable);
    const writer = a.writable.getWriter();
    await writer.write('echo');
    expect((await a.readable.getReader().read()).value).toBe('echo');
    a.close({ closeCode: 1000 });
    await piped;
    expect((await b.closed).closeCode).toBe(1000);
  });

  it('a write after the peer’s close rejects with WS_ERR_CLOSED and its code', async () => {
    const { a, b } = await both();
    const writer = a.writable.getWriter();
    writer.closed.catch(() => {});
    b.close({ closeCode: 4000, reason: 'no' });
    await a.closed;
    expect(await failureOf(writer.write('late'))).toMatchObject({
      ...{ code: 'WS_ERR_CLOSED', closeCode: 4000, reason: 'no' },
    });
  });
});

/** A write that waits because the peer reads nothing. */
async function waiting(socket: WebSocketOverStream): Promise<{ failed: Promise<Error> }> {
  const writer = socket.writable.getWriter();
  writer.closed.catch(() => {});
  // The first fills the transport, the second is on its way, the third waits.
  for (let i = 0; i < 2; i++) {
    await writer.write('x'.repeat(100_000));
    await soon();
  }
  const failed = failureOf(writer.write('y'.repeat(100_000)));
  await soon();
  writer.releaseLock();
  return { failed };
}

describe('an end during a write or a close', () => {
  it.each<[string, (socket: WebSocketOverStream, controller: AbortController) => unknown, string]>([
    ['close()', (socket) => socket.close(), 'WS_ERR_CLOSE_TIMEOUT'],
    ['abort()', (socket) => socket.writable.abort(), 'WS_ERR_CLOSE_TIMEOUT'],
    ['cancel()', (socket) => socket.readable.cancel(), 'WS_ERR_CLOSE_TIMEOUT'],
    ['a signal', (_, controller) => controller.abort({ code: 'enough' }), 'enough'],
  ])(
    '%s during a blocked write: ends the connection, rejects the write',
    async (_name, end, code) => {
      const controller = new AbortController();
      const { socket } = await withPeer({ closeTimeout: 20, signal: controller.signal });
      const { failed } = await waiting(socket);
      void Promise.resolve(end(socket, controller)).catch(() => {});
      expect(await failureOf(socket.closed)).toMatchObject({ code });
      expect(await failed).toBeDefined();
    },
  );

  it('the peer’s close and end during a blocked write reject the write', async () => {
    const { socket, peer } = await withPeer({ closeTimeout: 20 });
    const { failed } = await waiting(socket);
    await peer.send(hex('88 02 03 e8'));
    await peer.end();
    expect(await socket.closed).toEqual({ closeCode: 1000, reason: '' });
    expect(await failed).toMatchObject({ code: 'WS_ERR_CLOSED', closeCode: 1000 });
  });

  it.each([
    [{ closeCode: 4000, reason: 'x'.repeat(124) }],
    [{ closeCode: 999 }],
    [{ closeCode: 1006, reason: 'lost' }],
    [new ConnectionError('WS_ERR_CONNECTION_LOST', 'elsewhere')],
  ])(
    'cancelled or aborted with what cannot be sent (%#): closes without a code',
    async (reason) => {
      for (const side of ['readable', 'writable'] as const) {
        const { a, b } = await both();
        if (side === 'readable') await a.readable.cancel(reason);
        else await a.writable.abort(reason);
        expect((await b.closed).closeCode).toBe(1005);
      }
    },
  );

  it('sends no pong after the close frame', async () => {
    const { socket, peer } = await withPeer();
    // Here the peer reads in the end.
    (await waiting(socket)).failed.catch(() => {});
    await peer.send(hex('89 01 70'));
    await soon();
    socket.close({ closeCode: 1000 });
    await peer.send(join(hex('89 01 71'), hex('88 02 03 e8')));
    await peer.end();
    const sent = hex(await peer.readHex(1_000_000));
    // The answer to the first ping, and a close frame with 1000, each masked.
    expect(toHex(sent.subarray(-15, -13))).toBe('8a81');
    expect(toHex(sent.subarray(-8, -6))).toBe('8882');
  });

  it('sends no ping after the close frame, and heartbeat does not fail a late answer', async () => {
    const heartbeat = { interval: 10, timeout: 10 };
    const { socket, peer } = await withPeer({ heartbeat });
    const closed = socket.writable.close();
    await soon(60);
    await peer.send(hex('88 02 03 e8'));
    await peer.end();
    await closed;
    expect(await socket.closed).toEqual({ closeCode: 1000, reason: '' });
    expect((await peer.readHex(1000)).length).toBe(2 * 8);
  });

  it('closing writable: closeTimeout starts after queued messages are sent', async () => {
    const { socket, peer } = await withPeer({ closeTimeout: 20 });
    const writer = socket.writable.getWriter();
    await writer.write('x'.repeat(100_000));
    await writer.write('y'.repeat(50_000));
    const closed = writer.close();
    await soon(60);
    expect((await peer.readHex(150_000)).length).toBe(300_000);
    await peer.send(hex('88 02 03 e8'));
    await peer.end();
    await closed;
    expect(await socket.closed).toEqual({ closeCode: 1000, reason: '' });
  });

  it('closing writable: a slow reader receives all messages', async () => {
    const { socket, peer } = await withPeer({ closeTimeout: 60 });
    void socket.writable.close();
    const message = frame({ opcode: 2, payload: new Uint8Array(20_000) });
    const sent = (async () => {
      for (let i = 0; i < 20; i++) await peer.send(message);
      await peer.send(hex('88 02 03 e8'));
      await peer.end();
    })();
    let count = 0;
    for await (const _ of socket) {
      count++;
      await soon(10);
    }
    await sent;
    expect([count, await socket.closed]).toEqual([20, { closeCode: 1000, reason: '' }]);
  });
});

describe('errors', () => {
  it.each([
    ['a reserved opcode', '83 00', 'WS_ERR_INVALID_OPCODE', '03ea'],
    ['a masked frame', '81 80 00 00 00 00', 'WS_ERR_UNEXPECTED_MASK', '03ea'],
    ['invalid UTF-8', '81 01 ff', 'WS_ERR_INVALID_UTF8', '03ef'],
    ['more than maxPayload', '82 7e 04 01', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', '03f1'],
  ])(
    '%s: delivers earlier messages, sends the close code, closed rejects',
    async (_n, bytes, code, closeCode) => {
      const { socket, peer } = await withPeer({ maxPayload: 1024 });
      const reader = socket.readable.getReader();
      const first = reader.read();
      await peer.send(join(hex('81 04 67 6f 6f 64'), hex(bytes)));
      expect((await first).value).toBe('good');
      expect(await failureOf(reader.read())).toMatchObject({ code });
      expect(await failureOf(socket.closed)).toMatchObject({ code, name: 'ProtocolError' });
      const close = hex(await peer.readHex(8));
      expect(toHex(Uint8Array.of(close[6] ^ close[2], close[7] ^ close[3]))).toBe(closeCode);
      expect(await peer.isAtEnd()).toBe(true);
    },
  );

  it('an end of the transport: WS_ERR_CONNECTION_LOST, 1006', async () => {
    const { socket, peer } = await withPeer();
    const reader = socket.readable.getReader();
    await peer.send(hex('81 01 61'));
    await peer.end();
    expect((await reader.read()).value).toBe('a');
    expect(await failureOf(reader.read())).toMatchObject({ code: 'WS_ERR_CONNECTION_LOST' });
    expect(await failureOf(socket.closed)).toMatchObject({ closeCode: 1006, reason: '' });
  });

  it('a failed write to the transport', async () => {
    const { socket, peer } = await withPeer();
    await peer.cancel();
    const writer = socket.writable.getWriter();
    writer.closed.catch(() => {});
    await writer.write('a').catch(() => {});
    expect(await failureOf(socket.closed)).toMatchObject({ code: 'WS_ERR_CONNECTION_LOST' });
  });

  it('a signal aborts an open connection at once', async () => {
    const controller = new AbortController();
    const { socket, peer } = await withPeer({ signal: controller.signal });
    controller.abort(new Error('enough'));
    expect((await failureOf(socket.closed)).message).toBe('enough');
    await expect(peer.readHex(1)).rejects.toThrow('enough');
  });

  it('every error has a section of the RFC', async () => {
    const { socket } = await withPeer({ closeTimeout: 10 });
    socket.close();
    expect((await failureOf(socket.closed)).message).toMatch(/\(RFC 6455 §7\.1\.1\)$/);
  });
});
