// The opening handshake, RFC 6455 §4: heads as they come, right ones and wrong ones, from both ends.

import { describe, expect, it } from 'vitest';
import { acceptKeyOf, createKey, isKey } from '../../src/handshake/accept-key.ts';
import { HandshakeError } from '../../src/handshake/errors.ts';
import { HeadReader } from '../../src/handshake/http-head.ts';
import { chooseSubprotocol, parseSubprotocols } from '../../src/handshake/subprotocol.ts';
import type { ClientOptions, ServerOptions } from '../../src/streams/options.ts';
import { WebSocketOverStream } from '../../src/streams/web-socket-over-stream.ts';
import { toHex, utf8 } from '../support/bytes.ts';
import { connected, failureOf, Peer } from '../support/transports.ts';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

describe('Sec-WebSocket-Key and Sec-WebSocket-Accept', () => {
  it('computes the example of §1.3', async () => expect(await acceptKeyOf(KEY)).toBe(ACCEPT));

  it('creates random keys of 16 bytes', () => {
    const keys = new Set(Array.from({ length: 100 }, createKey));
    expect([keys.size, [...keys].every(isKey)]).toEqual([100, true]);
  });

  it.each([
    '',
    'abc',
    `${KEY}=`,
    'dGhlIHNhbXBsZSBub25jZR==',
    'dGhlIHNhbXBsZSBub25j',
    `${KEY}, ${KEY}`,
  ])('rejects the key %j', (key) => expect(isKey(key)).toBe(false));
});

describe('subprotocols', () => {
  it.each([
    [['chat.v2', 'chat.v1'], ['chat.v1', 'chat.v2'], 'chat.v2'],
    [['chat.v3', 'chat.v1'], ['chat.v1', 'chat.v2'], 'chat.v1'],
    [['soap'], ['chat'], undefined],
    [[], ['chat'], undefined],
  ])(
    'selects by the client’s order: of %j, with %j supported, %s',
    (offered, supported, chosen) => {
      expect(chooseSubprotocol(offered, supported)).toBe(chosen);
    },
  );

  it.each([
    [null, []],
    ['a', ['a']],
    ['a, b ,c', ['a', 'b', 'c']],
    ['a,,b', undefined],
    ['a, a', undefined],
    ['a b', undefined],
    ['', undefined],
  ])('parses %j as %j', (header, names) => expect(parseSubprotocols(header)).toEqual(names));
});

describe('a head split into chunks', () => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX: \r\nX: b\r\n\r\n';

  it.each([1, 2, 3, 7, 1000])(
    'of %d bytes: parsed the same, and the bytes after it are kept',
    (size) => {
      const bytes = utf8(`${head}\x81\x00tail`);
      const reader = new HeadReader(1000);
      let at = 0;
      let found: ReturnType<HeadReader['push']>;
      while (found === undefined) found = reader.push(bytes.subarray(at, (at += size)));
      expect(found.startLine).toEqual(['HTTP/1.1', '101', 'Switching Protocols']);
      expect(found.headers.get('upgrade')).toBe('websocket');
      expect(found.headers.get('x')).toBe(', b');
      const rest = bytes.slice(utf8(head).length, at);
      expect([...reader.rest()]).toEqual([...rest]);
    },
  );

  it('of one byte: parses 60 kB', () => {
    const reader = new HeadReader(1 << 20);
    const bytes = utf8(`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(10_000)}\r\n`);
    let found: ReturnType<HeadReader['push']>;
    for (const byte of bytes) found = reader.push(Uint8Array.of(byte));
    expect(found?.headers.get('x')?.length).toBe(10_000 * 3 - 2);
  });
});

const request = (change: (lines: string[]) => string[] = (lines) => lines): string => {
  const lines = [
    ...['GET /chat?room=1 HTTP/1.1', 'Host: example.com', 'Upgrade: WebSocket'],
    ...[
      'Connection: keep-alive, Upgrade',
      `Sec-WebSocket-Key: ${KEY}`,
      'Sec-WebSocket-Version: 13',
    ],
  ];
  return `${change(lines).join('\r\n')}\r\n\r\n`;
};
const without = (name: string) => (lines: string[]) =>
  lines.filter((line) => !line.startsWith(`${name}:`));
const instead = (name: string, line: string) => (lines: string[]) =>
  lines.map((one) => (one.startsWith(`${name}:`) ? line : one));
const first = (line: string) => (lines: string[]) => [line, ...lines.slice(1)];

/** A server of ours, asked by hand. */
function serve(options: Partial<ServerOptions> = {}) {
  const [ours, theirs] = connected();
  const socket = new WebSocketOverStream(ours, { role: 'server', ...options });
  return { socket, peer: new Peer(theirs) };
}

describe('a server', () => {
  it('responds as in the example of §1.2 and §4.2.2', async () => {
    const { socket, peer } = serve({ protocols: ['superchat', 'chat'], headers: { 'X-By': 'us' } });
    await peer.send(request((lines) => [...lines, 'Sec-WebSocket-Protocol: chat, superchat']));
    const lines = (await peer.readUntil('\r\n\r\n')).trim().split('\r\n');
    expect(lines[0]).toBe('HTTP/1.1 101 Switching Protocols');
    expect(lines.slice(1).sort()).toEqual([
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${ACCEPT}`,
      'Sec-WebSocket-Protocol: chat',
      'Upgrade: websocket',
      'X-By: us',
    ]);
    const { protocol, request: asked, extensions } = await socket.opened;
    expect([protocol, extensions, asked?.target]).toEqual(['chat', '', '/chat?room=1']);
    expect(asked?.headers.get('host')).toBe('example.com');
  });

  it.each([
    ['POST', first('POST /chat HTTP/1.1'), 405, 'allow: GET'],
    ['HTTP/1.0', first('GET /chat HTTP/1.0'), 400, ''],
    ['an empty Content-Length', (lines: string[]) => [...lines, 'Content-Length:'], 400, ''],
    ['HTTP/1.2', first('GET /chat HTTP/1.2'), 400, ''],
    ['HTTP/2', first('GET /chat HTTP/2'), 400, ''],
    ['a start line that is not HTTP', first('hello'), 400, ''],
    ['no Host', without('Host'), 400, ''],
    ['no Upgrade', without('Upgrade'), 426, 'upgrade: websocket'],
    ['another Upgrade', instead('Upgrade', 'Upgrade: h2c'), 426, 'upgrade: websocket'],
    ['no Connection', without('Connection'), 400, ''],
    ['another Connection', instead('Connection', 'Connection: close'), 400, ''],
    ['no key', without('Sec-WebSocket-Key'), 400, ''],
    ['a short key', instead('Sec-WebSocket-Key', 'Sec-WebSocket-Key: abc='), 400, ''],
    ['two keys', (lines: string[]) => [...lines, `Sec-WebSocket-Key: ${KEY}`], 400, ''],
    ['no version', without('Sec-WebSocket-Version'), 426, 'sec-websocket-version: 13'],
    ['version 8', instead('Sec-WebSocket-Version', 'Sec-WebSocket-Version: 8'), 426, 'version: 13'],
    [
      'an empty subprotocol',
      (lines: string[]) => [...lines, 'Sec-WebSocket-Protocol: a,,b'],
      400,
      '',
    ],
    ['a space in a header name', (lines: string[]) => [...lines, 'X Y: z'], 400, ''],
    ['no colon', (lines: string[]) => [...lines, 'nonsense'], 400, ''],
    ['a folded line', (lines: string[]) => [...lines, ' folded'], 400, ''],
    ['a bare LF', (lines: string[]) => [...lines, 'X:\nY: z'], 400, ''],
    ['a bare CR', (lines: string[]) => [...lines, 'X: y\r'], 400, ''],
    ['two Hosts', (lines: string[]) => [...lines, 'Host: elsewhere'], 400, ''],
    ['a body', (lines: string[]) => [...lines, 'Content-Length: 7'], 400, ''],
    [
      'two values of Content-Length',
      (lines: string[]) => [...lines, 'Content-Length: 0, 7'],
      400,
      '',
    ],
    [
      'Transfer-Encoding: chunked',
      (lines: string[]) => [...lines, 'Transfer-Encoding: chunked'],
      400,
      '',
    ],
  ] as const)('refuses %s', async (_name, change, status, header) => {
    const { socket, peer } = serve();
    await peer.send(request(change));
    const answer = await peer.readUntil('\r\n\r\n');
    expect(answer.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(answer.toLowerCase()).toContain(header.toLowerCase());
    const error = (await failureOf(socket.opened)) as HandshakeError;
    expect(error).toBeInstanceOf(HandshakeError);
    expect([error.code, error.status, error.closeCode]).toEqual([
      'WS_ERR_INVALID_HANDSHAKE',
      status,
      1006,
    ]);
    expect(await failureOf(socket.closed)).toBe(error);
  });

  it('refuses a head above maxHeadBytes with 431', async () => {
    const { socket, peer } = serve({ maxHeadBytes: 500 });
    await peer.send(`GET / HTTP/1.1\r\nX: ${'y'.repeat(500)}`);
    expect(await peer.readUntil('\r\n')).toBe('HTTP/1.1 431 Request Header Fields Too Large\r\n');
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_TOO_LARGE' });
  });

  it.each([
    ['short', '안녕, not from there'],
    ['empty', ''],
    // More than a call has room for as arguments.
    ['300 kB', '안녕'.repeat(50_000)],
  ])('sends the refusal of verify with status, headers and body: %s', async (_name, body) => {
    const { socket, peer } = serve({
      verify: ({ headers }) =>
        headers.get('origin') === 'https://here'
          ? undefined
          : { status: 403, headers: { 'X-Why': 'origin' }, body },
    });
    await peer.send(request((lines) => [...lines, 'Origin: https://there']));
    const head = await peer.readUntil('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(head.toLowerCase()).toContain('x-why: origin');
    const bytes = utf8(body);
    expect(await peer.readHex(bytes.length + 100)).toBe(toHex(bytes));
    expect(await failureOf(socket.opened)).toMatchObject({
      ...{ code: 'WS_ERR_HANDSHAKE_REFUSED', status: 403, body },
    });
  });

  it('responds 500 and fails with the error that verify throws', async () => {
    const { socket, peer } = serve({ verify: () => Promise.reject(new Error('oh')) });
    await peer.send(request());
    expect(await peer.readUntil('\r\n')).toBe('HTTP/1.1 500 Internal Server Error\r\n');
    expect((await failureOf(socket.opened)).message).toBe('oh');
  });

  it.each([[false], [true], ['chat'], [null], [0], [{}], [{ status: 200 }]])(
    'responds 500 if verify returns %j',
    async (answer) => {
      const { socket, peer } = serve({ verify: () => answer as never });
      await peer.send(request());
      expect(await peer.readUntil('\r\n')).toBe('HTTP/1.1 500 Internal Server Error\r\n');
      expect((await failureOf(socket.opened)).name).toMatch(/^(Type|Range)Error$/);
    },
  );

  it.each([['Sec-WebSocket-Extensions'], ['Sec-WebSocket-Protocol'], ['Content-Length']])(
    'responds 500 if options.headers has %s',
    async (name) => {
      const { socket, peer } = serve({ headers: { [name]: '1' } });
      await peer.send(request());
      expect(await peer.readUntil('\r\n')).toBe('HTTP/1.1 500 Internal Server Error\r\n');
      expect(await failureOf(socket.opened)).toBeInstanceOf(TypeError);
    },
  );

  it.each<[string, (chunk: Uint8Array<ArrayBuffer>) => BufferSource]>([
    ['an ArrayBuffer', (chunk) => chunk.slice().buffer],
    ['a DataView', (chunk) => new DataView(chunk.slice().buffer)],
    ['a view of a larger buffer', (chunk) => new Uint8Array([0, ...chunk]).subarray(1)],
  ])('accepts chunks that are %s', async (_name, as) => {
    const [{ readable, writable }, theirs] = connected();
    const other = new TransformStream({
      transform: (chunk, controller) => controller.enqueue(as(chunk)),
    });
    const transport = { readable: readable.pipeThrough(other), writable };
    const socket = new WebSocketOverStream(transport, { role: 'server' });
    await new Peer(theirs).send(request());
    expect((await socket.opened).protocol).toBe('');
  });

  it('uses chooseProtocol, which must return an offered subprotocol', async () => {
    const chosen = serve({ chooseProtocol: (offered) => offered.at(-1) });
    await chosen.peer.send(request((lines) => [...lines, 'Sec-WebSocket-Protocol: a, b']));
    expect((await chosen.socket.opened).protocol).toBe('b');
    const wrong = serve({ chooseProtocol: () => 'c' });
    await wrong.peer.send(request((lines) => [...lines, 'Sec-WebSocket-Protocol: a, b']));
    expect(await failureOf(wrong.socket.opened)).toBeInstanceOf(TypeError);
  });
});

/** A client of ours, answered by hand. `answer` gets the Sec-WebSocket-Accept that is right. */
async function dial(answer: (accept: string) => string, options: Partial<ClientOptions> = {}) {
  const [ours, theirs] = connected();
  const socket = new WebSocketOverStream(ours, { url: 'ws://example.com/chat?x=1', ...options });
  const peer = new Peer(theirs);
  const head = await peer.readUntil('\r\n\r\n');
  const key = /^Sec-WebSocket-Key: (.*)\r$/m.exec(head)?.[1] ?? '';
  await peer.send(answer(await acceptKeyOf(key)));
  return { socket, peer, head };
}

const response = (accept: string, ...more: string[]): string =>
  [
    ...['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'],
    ...[`Sec-WebSocket-Accept: ${accept}`, ...more, '', ''],
  ].join('\r\n');

describe('a client', () => {
  it('§4.1: sends the URL, subprotocols, headers and credentials', async () => {
    const { socket, head } = await dial((accept) => response(accept, 'Sec-WebSocket-Protocol: b'), {
      url: 'wss://me:p%C3%A4ss@example.com:8443/chat?x=1#part',
      protocols: ['a', 'b'],
      headers: { Origin: 'https://example.com', Cookie: 'a=b' },
    });
    expect(head.startsWith('GET /chat?x=1 HTTP/1.1\r\n')).toBe(true);
    for (const line of [
      ...['Host: example.com:8443', 'Upgrade: websocket', 'Connection: Upgrade'],
      ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: a, b'],
      ...['Origin: https://example.com', 'Cookie: a=b'],
      'Authorization: Basic bWU6cMOkc3M=',
    ]) {
      expect(head).toContain(`${line}\r\n`);
    }
    expect((await socket.opened).protocol).toBe('b');
  });

  it.each<[string, (accept: string) => string, string, number | undefined]>([
    [
      'a wrong Sec-WebSocket-Accept',
      () => response(ACCEPT),
      'does not match Sec-WebSocket-Key',
      101,
    ],
    ['no Upgrade', (a) => response(a).replace('Upgrade: websocket\r\n', ''), 'Upgrade', 101],
    ['no Connection', (a) => response(a).replace('Connection: Upgrade\r\n', ''), 'Connection', 101],
    ['an extension', (a) => response(a, 'Sec-WebSocket-Extensions: x'), 'extension', 101],
    [
      'a subprotocol that was not offered',
      (a) => response(a, 'Sec-WebSocket-Protocol: z'),
      '"z"',
      101,
    ],
    ['HTTP/1.0', (a) => response(a).replace('1.1', '1.0'), 'HTTP/1.1', undefined],
    [
      'a start line that is not HTTP',
      () => 'SSH-2.0-OpenSSH_9.6\r\n\r\n',
      'invalid HTTP start line',
      undefined,
    ],
  ])('refuses %s', async (_name, answer, message, status) => {
    const { socket } = await dial(answer);
    const error = (await failureOf(socket.opened)) as HandshakeError;
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error.code).toBe('WS_ERR_INVALID_HANDSHAKE');
    expect(error.message).toContain(message);
    if (status !== undefined) expect(error.status).toBe(status);
  });

  it('refuses a response without one of the offered subprotocols', async () => {
    const { socket } = await dial(response, { protocols: ['a'] });
    expect((await failureOf(socket.opened)).message).toContain('selected none of the offered');
  });

  it('reports status, headers and body of a refusal', async () => {
    const body = '{"why":"no, 안 돼"}';
    const length = utf8(body).length;
    const head = `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: ${length}\r\n\r\n`;
    const { socket } = await dial(() => head + body);
    const error = (await failureOf(socket.opened)) as HandshakeError;
    expect(error.message).toBe('the server responded 401 Unauthorized (RFC 6455 §4.2.2)');
    expect([error.code, error.status, error.body]).toEqual(['WS_ERR_HANDSHAKE_REFUSED', 401, body]);
    expect(error.headers?.get('www-authenticate')).toBe('Basic');
  });

  it('skips interim responses (RFC 9110 §15.2)', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
    const { socket } = await dial((accept) => `${early}${early}${response(accept, 'X: y')}`);
    expect((await socket.opened).headers.get('x')).toBe('y');
  });

  it.each([
    ['never comes', (_: Peer) => {}, 500],
    ['is truncated', (peer: Peer) => peer.end(), 10_000],
    ['is aborted', (peer: Peer) => peer.abort(new Error('reset')), 10_000],
  ])('reports the status if the body of a refusal %s', async (_name, go, handshakeTimeout) => {
    const head = 'HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\n';
    const { socket, peer } = await dial(() => head, { handshakeTimeout });
    void Promise.resolve(go(peer)).catch(() => {});
    expect(await failureOf(socket.opened)).toMatchObject({
      ...{ code: 'WS_ERR_HANDSHAKE_REFUSED', status: 403 },
    });
  });

  it.each<[string, Partial<ClientOptions> | object, ErrorConstructor | SyntaxErrorConstructor]>([
    ['an invalid URL', { url: 'nonsense' }, SyntaxError],
    ['credentials that cannot be decoded', { url: 'ws://100%@example.com' }, SyntaxError],
    ['a URL of ftp', { url: 'ftp://example.com' }, SyntaxError],
    ['a subprotocol that is not a token', { protocols: ['a b'] }, SyntaxError],
    ['a duplicate subprotocol', { protocols: ['a', 'a'] }, SyntaxError],
    ['an invalid role', { role: 'both' }, TypeError],
    ['a heartbeat interval of 0', { heartbeat: { interval: 0 } }, RangeError],
    ['an infinite timeout', { closeTimeout: Number.POSITIVE_INFINITY }, RangeError],
    ['maxHeadBytes of 0', { maxHeadBytes: 0 }, RangeError],
    ['a negative maxPayload', { maxPayload: -1 }, RangeError],
  ])('throws on %s, and does not lock the transport', (_name, options, type) => {
    const [ours] = connected();
    const all = { url: 'ws://example.com', ...options } as ClientOptions;
    expect(() => new WebSocketOverStream(ours, all)).toThrow(type);
    expect([ours.readable.locked, ours.writable.locked]).toEqual([false, false]);
  });

  it.each(['readable', 'writable'] as const)('throws if %s is locked', (side) => {
    const [ours] = connected();
    if (side === 'readable') ours.readable.getReader();
    else ours.writable.getWriter();
    expect(() => new WebSocketOverStream(ours, { url: 'ws://a' })).toThrow(TypeError);
    expect([ours.readable.locked, ours.writable.locked]).toEqual([
      side === 'readable',
      side === 'writable',
    ]);
  });

  it('fails if options.headers has a header of the handshake', async () => {
    const [ours] = connected();
    const headers = { 'Sec-WebSocket-Key': KEY };
    const socket = new WebSocketOverStream(ours, { url: 'ws://example.com', headers });
    expect(await failureOf(socket.opened)).toBeInstanceOf(TypeError);
  });
});

describe('timeouts and early ends', () => {
  it('no response: WS_ERR_HANDSHAKE_TIMEOUT', async () => {
    const [ours] = connected();
    const socket = new WebSocketOverStream(ours, { url: 'ws://x', handshakeTimeout: 20 });
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_TIMEOUT' });
  });

  it('the transport ends: WS_ERR_HANDSHAKE_ENDED', async () => {
    const { socket, peer } = serve();
    await peer.send('GET / HT');
    await peer.end();
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_ENDED' });
  });

  it('a write to the transport fails: WS_ERR_HANDSHAKE_ENDED', async () => {
    const [ours, theirs] = connected();
    const socket = new WebSocketOverStream(ours, { url: 'ws://x' });
    void theirs.readable.cancel(new Error('reset'));
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_ENDED' });
  });

  it('writable.abort(): WS_ERR_HANDSHAKE_ENDED', async () => {
    const { socket } = serve();
    void socket.writable.abort().catch(() => {});
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_ENDED' });
  });

  it('close(): WS_ERR_HANDSHAKE_ENDED', async () => {
    const { socket } = serve();
    socket.close();
    expect(await failureOf(socket.opened)).toMatchObject({ code: 'WS_ERR_HANDSHAKE_ENDED' });
  });

  it.each(['before', 'after'])(
    'a signal aborted %s construction: rejects with its reason',
    async (when) => {
      const controller = new AbortController();
      const reason = new Error('no more');
      if (when === 'before') controller.abort(reason);
      const { socket } = serve({ signal: controller.signal });
      controller.abort(reason);
      expect(await failureOf(socket.opened)).toBe(reason);
      expect(await failureOf(socket.closed)).toBe(reason);
    },
  );
});
