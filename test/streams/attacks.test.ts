// Faults in each phase of a connection: aborted signals, transports whose write fails, handlers that throw, readers that
// do not read. The connection always ends with the right reason, and the transport with it.

import { describe, expect, it } from 'vitest';
import { DecoderStream } from '../../src/streams/message-streams.ts';
import type { ClientOptions, ServerOptions } from '../../src/streams/options.ts';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { frame, hex, join, utf8 } from '../support/bytes.ts';
import { handshake } from '../support/pcap.ts';
import { connected, failureOf, openByHand, Peer, watched } from '../support/transports.ts';

type Role = 'client' | 'server';
type Options = Partial<ClientOptions> & Partial<ServerOptions>;

const soon = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms));
const never = new Promise<never>(() => {});

function make(role: Role, transport: WebSocketOverStream | object, options: Options = {}) {
  const all = role === 'server' ? { ...options, role } : { url: 'ws://a/', ...options };
  return new WebSocketOverStream(transport as never, all as ServerOptions);
}

/** A connection of ours, and the other end of its transport, driven by hand. `takes`: whether it takes bytes. */
function setUp(role: Role, options: Options, takes = true) {
  const [here, there] = connected();
  const writable = takes
    ? here.writable
    : new WritableStream<Uint8Array>({ write: () => never }, { highWaterMark: 1 });
  const { transport, ends } = watched({ readable: here.readable, writable });
  const socket = make(role, transport, options);
  return { socket, ends, peer: new Peer(there) };
}

const frameOf = (role: Role, opcode: number, payload = new Uint8Array(0)) =>
  frame({ opcode, payload, key: role === 'server' ? [1, 2, 3, 4] : null });

interface Phase {
  role: Role;
  options?: Options;
  takes?: boolean;
  /** Goes to the phase. */
  go?(socket: WebSocketOverStream, peer: Peer): unknown;
  opens?: boolean;
  /** What `closed` has rejected with by then. */
  closed?: object;
}

const opened = (role: Role, go?: Phase['go']): Phase => ({
  role,
  opens: true,
  async go(socket, peer) {
    await openByHand(peer, role);
    await socket.opened;
    await go?.(socket, peer);
  },
});

const PHASES: Record<string, Phase> = {
  'the request is not taken': { role: 'client', takes: false },
  'no response comes': { role: 'client' },
  'half a response has come': {
    role: 'client',
    go: (_, peer) => peer.send('HTTP/1.1 101 OK\r\nUpgrade: webso'),
  },
  'interim responses have come': {
    role: 'client',
    go: (_, peer) => peer.send('HTTP/1.1 100\r\n\r\n'.repeat(10)),
  },
  'the body of a refusal is awaited': {
    role: 'client',
    go: (_, peer) => peer.send('HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nhalf'),
  },
  'no request comes': { role: 'server' },
  'half a request has come': { role: 'server', go: (_, peer) => peer.send('GET / HTTP/1.1\r\nHo') },
  'verify is awaited': {
    role: 'server',
    options: { verify: () => never },
    go: (_, peer) => peer.send(handshake().request),
  },
  'the response is not taken': {
    role: 'server',
    takes: false,
    go: (_, peer) => peer.send(handshake().request),
  },
  'the refusal is not taken': {
    role: 'server',
    takes: false,
    options: { verify: () => ({ status: 403 }) },
    go: (_, peer) => peer.send(handshake().request),
  },
  'the answer to nonsense is not taken': {
    role: 'server',
    takes: false,
    go: (_, peer) => peer.send('nonsense\r\n\r\n'),
  },
  'a client is open': opened('client'),
  'a server is open': opened('server'),
  'a message is not taken': opened('client', (socket) => {
    const writer = socket.writable.getWriter();
    writer.closed.catch(() => {});
    for (let i = 0; i < 4; i++) writer.write('x'.repeat(50_000)).catch(() => {});
  }),
  'messages are not read, and a close frame is behind them': opened('server', (_, peer) => {
    const message = frameOf('server', 2, new Uint8Array(70_000));
    void peer.send(join(message, message, frameOf('server', 8))).catch(() => {});
  }),
  'the close frame is not answered': opened('client', (socket) => socket.close()),
  'the writable side is closed': opened('server', (socket) => {
    socket.writable.close().catch(() => {});
  }),
  'the peer has closed, and does not end the transport': opened('client', (_, peer) =>
    peer.send(frameOf('client', 8)),
  ),
  'a rule was broken, and the peer does not end the transport': {
    ...opened('client', async (socket, peer) => {
      await peer.send(hex('83 00'));
      await failureOf(socket.closed);
    }),
    closed: { code: 'WS_ERR_INVALID_OPCODE' },
  },
  'a wrong chunk was written, and the peer does not end the transport': {
    ...opened('client', async (socket) => {
      const writer = socket.writable.getWriter();
      writer.closed.catch(() => {});
      await failureOf(writer.write(5 as never));
    }),
    closed: { code: 'WS_ERR_WRITE_FAILED' },
  },
};

/** A signal that notes its listeners. */
function countedSignal() {
  const abort = new AbortController();
  const { signal } = abort;
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (type: string, listener: never) => {
    listeners.add(listener);
    addEventListener.call(signal, type, listener);
  };
  signal.removeEventListener = (type: string, listener: never) => {
    listeners.delete(listener);
    removeEventListener.call(signal, type, listener);
  };
  return { abort, listeners };
}

describe('aborts on a signal while', () => {
  it.each(Object.entries(PHASES))('%s', async (_name, { role, go, opens, ...phase }) => {
    const { abort, listeners } = countedSignal();
    const options = { ...phase.options, signal: abort.signal };
    const { socket, ends, peer } = setUp(role, options, phase.takes);
    await go?.(socket, peer);
    await soon();
    const reason = new Error('enough');
    abort.abort(reason);
    if (opens) expect((await socket.opened).extensions).toBe('');
    else expect(await failureOf(socket.opened)).toBe(reason);
    const failure = await failureOf(socket.closed);
    if (phase.closed === undefined) expect(failure).toBe(reason);
    else expect(failure).toMatchObject(phase.closed);
    await soon();
    expect(ends).toContain('cancelled');
    expect(ends.some((end) => end === 'aborted' || end === 'closed')).toBe(true);
    expect([...listeners]).toEqual([]);
    // The reader gets the same error.
    if (!socket.readable.locked) {
      const reader = socket.readable.getReader();
      const read = async (): Promise<void> => {
        while (!(await reader.read()).done);
      };
      await read().catch((error) => expect(error).toBe(failure));
    }
  });
});

describe('a transport whose write fails', () => {
  const gone = new Error('gone');

  /** Fails at the write of this number. */
  function failingAt(role: Role, number: number, options: Options = {}) {
    const [here, there] = connected();
    const writer = here.writable.getWriter();
    let writes = 0;
    const writable = new WritableStream<Uint8Array>({
      write: (chunk) => (writes++ === number ? Promise.reject(gone) : writer.write(chunk)),
    });
    const { transport, ends } = watched({ readable: here.readable, writable });
    const socket = make(role, transport, options);
    return { socket, ends, peer: new Peer(there) };
  }

  it.each([
    ['the request', 'client', {}, undefined, 'WS_ERR_HANDSHAKE_ENDED'],
    ['the response', 'server', {}, handshake().request, 'WS_ERR_HANDSHAKE_ENDED'],
    [
      'the refusal',
      'server',
      { verify: () => ({ status: 403 }) },
      handshake().request,
      'WS_ERR_HANDSHAKE_ENDED',
    ],
    [
      'the response to an invalid request',
      'server',
      {},
      'nonsense\r\n\r\n',
      'WS_ERR_INVALID_HANDSHAKE',
    ],
  ] as const)('with %s', async (_name, role, options, sent, code) => {
    const { socket, ends, peer } = failingAt(role, 0, options);
    if (sent !== undefined) await peer.send(sent);
    const error = await failureOf(socket.opened);
    expect(error).toMatchObject({ code });
    expect(await failureOf(socket.closed)).toBe(error);
    await soon();
    expect(ends).toContain('cancelled');
  });

  it.each<[string, (socket: WebSocketOverStream, peer: Peer) => unknown]>([
    [
      'a message',
      (socket) => {
        const writer = socket.writable.getWriter();
        writer.closed.catch(() => {});
        writer.write('a').catch(() => {});
      },
    ],
    ['a pong', (_, peer) => peer.send(hex('89 00'))],
    ['a close frame', (socket) => socket.close()],
    ['the close frame after closing writable', (socket) => socket.writable.close()],
  ])('with %s', async (_name, act) => {
    const { socket, ends, peer } = failingAt('client', 1);
    await openByHand(peer, 'client');
    await socket.opened;
    void Promise.resolve(act(socket, peer)).catch(() => {});
    expect(await failureOf(socket.closed)).toMatchObject({
      ...{ code: 'WS_ERR_CONNECTION_LOST', cause: gone },
    });
    await soon();
    expect(ends).toContain('cancelled');
  });

  it('with the answer to a close frame: closed resolves to the peer’s code', async () => {
    const { socket, ends, peer } = failingAt('client', 1);
    await openByHand(peer, 'client');
    await socket.opened;
    await peer.send(hex('88 02 0b b8'));
    expect(await socket.closed).toEqual({ closeCode: 3000, reason: '' });
    await soon();
    expect(ends).toContain('cancelled');
  });

  it.each([
    ['a violation', (peer: Peer) => peer.send(hex('83 00')), 'WS_ERR_INVALID_OPCODE'],
    ['a wrong chunk', () => {}, 'WS_ERR_WRITE_FAILED'],
  ] as const)('with the close frame that %s brings', async (name, act, code) => {
    const { socket, ends, peer } = failingAt('client', 1);
    await openByHand(peer, 'client');
    await socket.opened;
    await act(peer);
    if (name === 'a wrong chunk') {
      const writer = socket.writable.getWriter();
      writer.closed.catch(() => {});
      expect(await failureOf(writer.write(5 as never))).toBeInstanceOf(TypeError);
    }
    expect(await failureOf(socket.closed)).toMatchObject({ code });
    await soon();
    expect(ends).toContain('cancelled');
  });
});

describe('a callback that', () => {
  const oh = new Error('oh');
  const fail = (): never => {
    throw oh;
  };

  it.each<[string, Options]>([
    ['throws: verify', { verify: fail }],
    ['rejects: verify', { verify: () => Promise.reject(oh) }],
    // biome-ignore lint/suspicious/noThenProperty: that is the case.
    ['throws as a promise: verify', { verify: () => ({ then: fail }) as never }],
    [
      'returns what throws: verify',
      {
        verify: () =>
          ({
            status: 403,
            headers: {
              get a() {
                return fail();
              },
            },
          }) as never,
      },
    ],
    ['throws: chooseProtocol', { chooseProtocol: fail }],
    ['throws: an iterator of headers', { headers: { [Symbol.iterator]: fail } as never }],
  ])('%s: responds 500, and opened rejects with the thrown error', async (_name, options) => {
    const { socket, ends, peer } = setUp('server', options);
    await peer.send(handshake().request);
    expect(await peer.readUntil('\r\n')).toBe('HTTP/1.1 500 Internal Server Error\r\n');
    expect(await failureOf(socket.opened)).toBe(oh);
    expect(await failureOf(socket.closed)).toBe(oh);
    await peer.end();
    await soon();
    expect(ends).toEqual(['closed', 'read to the end']);
  });

  it('closes the connection in verify: no response is sent', async () => {
    const { socket, ends, peer } = setUp('server', {
      verify: () => {
        socket.close();
        return undefined;
      },
    });
    await peer.send(handshake().request);
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_ENDED' });
    await expect(peer.readUntil('\r\n')).rejects.toThrow();
    expect(ends.sort()).toEqual(['aborted', 'cancelled']);
  });

  it.each([
    ['ping', '89 00'],
    ['pong', '8a 00'],
    ['close', '88 00'],
  ])(
    'throws in a DecoderStream: %s. Both sides fail with the thrown error',
    async (name, bytes) => {
      const stream = new DecoderStream({ role: 'client' }, { [name]: fail });
      const writer = stream.writable.getWriter();
      writer.closed.catch(() => {});
      const reader = stream.readable.getReader();
      const first = reader.read();
      expect(await failureOf(writer.write(join(hex('81 01 61'), hex(bytes))))).toBe(oh);
      expect((await first).value).toBe('a');
      expect(await failureOf(reader.read())).toBe(oh);
      expect(await failureOf(writer.closed)).toBe(oh);
    },
  );
});

describe('backpressure', () => {
  it.each(['client', 'server'] as const)(
    'a %s: a wrong chunk ends the connection while the peer’s close frame waits behind messages',
    async (role) => {
      const { socket, ends, peer } = setUp(role, { closeTimeout: 20 });
      await openByHand(peer, role);
      await socket.opened;
      const message = frameOf(role, 1, utf8('x'.repeat(70_000)));
      await peer.send(join(message, message, frameOf(role, 8, Uint8Array.of(3, 232))));
      await soon();
      const writer = socket.writable.getWriter();
      writer.closed.catch(() => {});
      const error = await failureOf(writer.write(5 as never));
      const failure = await failureOf(socket.closed);
      expect(failure).toMatchObject({ code: 'WS_ERR_WRITE_FAILED', cause: error });
      while (!ends.includes('cancelled')) await soon();
      const reader = socket.readable.getReader();
      let messages = 0;
      const end = await (async () => {
        for (;;) {
          const { done } = await reader.read();
          if (done) return 'done';
          messages++;
        }
      })().catch((reason) => reason);
      expect(end).toBe(failure);
      expect(messages).toBeGreaterThan(0);
    },
  );
});
