// Fault handling: handshakes, invalid messages, clients that leave, and startup errors.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'wsimd/ws';
import { until } from '../support/programs.js';
import { network, openPlain, Person, startServer } from './check-support.js';

const MAIN = new URL('main.js', import.meta.url);
const SETTINGS = { TLS_PORT: '0', ORIGINS: 'https://chat.example', HOSTS: 'Chat.example' };
let server;
let witness;

beforeAll(async () => {
  server = await startServer(MAIN, SETTINGS);
  witness = await new Person(server.url, 'witness', { beat: 1000 }).enter();
});
afterAll(async () => {
  expect(witness.status.map(({ status }) => status)).toEqual(['connecting', 'open']);
  witness.client.close();
  await server.stop();
});

const plain = (protocols, { url = server.url, ...options } = {}) =>
  openPlain(url, protocols, options);

/** The response to a rejected handshake. */
async function rejectionOf(protocols, options) {
  const socket = new WebSocket(server.url, protocols, options);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  response.setEncoding('utf8');
  const body = (await response.toArray()).join('');
  socket.terminate();
  return [response.statusCode, body];
}

describe('the handshake', () => {
  it('selects the preferred subprotocol, and supports chat.v1', async () => {
    const { socket } = await plain(['chat.v1', 'chat.v2']);
    expect(socket.protocol).toBe('chat.v2');
    socket.close();
    const old = await plain(['chat.v1']);
    expect(old.socket.protocol).toBe('chat.v1');
    for (const line of ['/name 영희', '/join old', '안녕']) old.socket.send(line);
    await until(() => old.lines.length === 2, 'two lines');
    old.socket.send('/dance');
    await until(() => old.lines.length === 3, 'three lines');
    expect(old.lines).toEqual([
      '* You are in old.',
      '[old] 영희: 안녕',
      '! The commands are /name NAME, /join ROOM and /leave ROOM.',
    ]);
    old.socket.send('one\n* You are in another room.');
    await until(() => old.lines.length === 4, 'four lines');
    expect(old.lines.at(-1)).toBe('[old] 영희: one\n  * You are in another room.');
    old.socket.close();
  });

  it('rejects foreign origins and unknown subprotocols with the reason', async () => {
    expect(await rejectionOf(['chat.v2'], { origin: 'https://evil.example' })).toEqual([
      403,
      'Pages of https://evil.example may not use this chat: add the origin to ORIGINS to allow it.\n',
    ]);
    expect((await rejectionOf(['chat.v2'], { origin: 'null' }))[0]).toBe(403);
    expect(await rejectionOf(['chat.v9'])).toEqual([
      400,
      'No supported subprotocol: offer one of chat.v2, chat.v1.\n',
    ]);
    const line = 'rejected: 403 Pages of https://evil.example';
    await until(() => server.output.includes(line), 'a line in the log');
    const named = await plain(['chat.v2'], { origin: 'https://chat.example' });
    const own = await plain(['chat.v2'], { origin: `http://127.0.0.1:${server.port}` });
    named.socket.close();
    own.socket.close();
  });

  it('accepts host names in HOSTS and rejects others', async () => {
    const origin = 'http://chat.example';
    const { socket } = await plain(['chat.v2'], { headers: { host: 'chat.example' }, origin });
    socket.close();
    expect(await rejectionOf(['chat.v2'], { headers: { host: 'evil.example:8080' } })).toEqual([
      403,
      'Host evil.example:8080 is not allowed: open the chat at localhost, or add the host to HOSTS.\n',
    ]);
    const line = 'rejected: 403 Host evil.example:8080';
    await until(() => server.output.includes(line), 'a line in the log');
  });

  it('answers an HTTP/1.0 health check without a Host header', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end('GET /health HTTP/1.0\r\n\r\n');
    expect((await socket.setEncoding('utf8').toArray()).join('')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('escapes control characters of an Origin in the log', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13';
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    const head = `GET /chat HTTP/1.1\r\nHost: 127.0.0.1\r\n${upgrade}\r\n${key}\r\nOrigin: https://\u009b2J\u0085evil\r\n\r\n`;
    socket.end(Buffer.from(head, 'latin1'));
    socket.resume();
    await once(socket, 'close');
    await until(() => server.output.includes('evil may not'), 'a line of the log');
    expect(server.output).toContain('Pages of https://\\u{9b}2J\\u{85}evil may not');
    expect(server.output).not.toMatch(/[\u0080-\u009f]/);
  });

  it('destroys a rejected socket whose client keeps writing', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    const isOver = new Promise((resolve) => socket.on('error', resolve));
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13';
    socket.write(`GET /nowhere HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n\r\n`);
    await once(socket.resume(), 'end');
    const talking = setInterval(() => socket.write('still here'), 20);
    await isOver;
    clearInterval(talking);
  });

  it('serves wss with its self-signed certificate', async () => {
    const [, port] = /https:\/\/127\.0\.0\.1:(\d+)/.exec(server.output);
    const url = `wss://127.0.0.1:${port}/chat`;
    const { socket } = await plain(['chat.v2'], { url, rejectUnauthorized: false });
    expect(socket._socket.getPeerCertificate().subject.CN).toBe('localhost');
    socket.close();
  });
});

describe('messages', () => {
  it('refuses invalid commands with the reason and keeps the connection', async () => {
    const one = await plain();
    const nonsense = [
      ...['{', '{"type":"constructor"}', '{"type":"join","room":"no/where"}'],
      '{"type":"say","room":"lobby","n":1,"text":{"toString":1}}',
    ];
    for (const line of nonsense) one.socket.send(line);
    one.send({ type: 'say', room: 'lobby', n: 7, text: 'hello' });
    await until(() => one.lines.length === 5, 'five answers');
    expect(one.eventsOf('refused').map(({ why }) => why)).toEqual([
      'Invalid JSON: chat.v2 messages are JSON.',
      'Unknown chat.v2 command.',
      'A room name is 1 to 40 letters, digits, emoji, - or _.',
      'A field must be a string, or is missing.',
      'You are not in that room. Join it first.',
    ]);
    expect(one.eventsOf('refused').at(-1).n).toBe(7);
    one.socket.close();
  });

  it('refuses a command whose type is not a string, without crashing', async () => {
    const one = await plain();
    for (const type of [{ toString: 1 }, ['say'], null]) one.send({ type });
    await until(() => one.eventsOf('refused').length === 3, 'three answers');
    for (const { why } of one.eventsOf('refused')) expect(why).toBe('Unknown chat.v2 command.');
    one.socket.close();
  });

  it('closes with 1009 on an oversized message and 1003 on a binary one', async () => {
    const big = await plain();
    big.socket.send('x'.repeat(17 << 10));
    expect((await big.closed)[0]).toBe(1009);
    const binary = await plain();
    binary.socket.send(Buffer.of(1));
    expect(await binary.closed).toEqual([1003, 'This chat accepts text messages only.']);
  });

  it('continues with the next message after a permanent refusal', async () => {
    const large = await startServer(MAIN, { MAX_TEXT: '4000' });
    const one = await new Person(large.url, 'one').enter();
    one.client.join('no/where');
    const refused = [
      one.client.say('lobby', 'x'.repeat(20_000)),
      one.client.say('no/where', 'to nobody'),
      one.client.say('lobby', '\0'.repeat(4000)), // 24 KB of JSON
    ];
    const last = one.client.say('lobby', 'the next one');
    await until(() => one.kept.has(last), 'the next message to be stored');
    expect(one.refused.filter(({ n }) => n !== undefined)).toEqual(
      [
        [refused[0], 'The message has 20000 characters; the maximum is 4000.'],
        [refused[1], 'A room name is 1 to 40 letters, digits, emoji, - or _.'],
        [refused[2], 'A message was too large for the server.'],
      ].map(([n, why]) => ({ n, why, willRetry: false })),
    );
    expect(one.texts).toEqual(['the next one']);
    one.client.close();
    await large.stop();
  });

  it('joins all rooms and sends all messages under a strict rate limit', async () => {
    const strict = await startServer(MAIN, { RATE: '5', BURST: '3' });
    const one = new Person(strict.url, 'one');
    const rooms = Array.from({ length: 6 }, (_, i) => `room-${i}`);
    for (const room of rooms) one.client.join(room);
    for (const room of rooms) one.client.say(room, `in ${room}`);
    one.client.open();
    await until(() => one.kept.size === rooms.length, 'all to be stored');
    await until(() => one.log.length === rooms.length, 'all to be delivered');
    expect(one.texts).toEqual(rooms.map((room) => `in ${room}`));
    expect(one.refused.filter(({ willRetry }) => !willRetry)).toEqual([]);
    one.client.close();
    await strict.stop();
  });

  it('deduplicates resent messages per sender', async () => {
    const seqs = [];
    for (const key of ['a-secret-of-one', 'a-secret-of-one', 'the-secret-of-another']) {
      const one = await plain();
      one.send({ type: 'hello', name: 'somebody', key: `${key}-person` });
      one.send({ type: 'join', room: 'twice' });
      one.send({ type: 'say', room: 'twice', n: 1, text: 'once' });
      await until(() => one.eventsOf('kept').length === 1, 'the message to be stored');
      seqs.push(one.eventsOf('kept')[0].seq);
      one.socket.close();
    }
    expect(seqs).toEqual([1, 1, 2]);
  });

  it('refuses, then closes a flooding client, without affecting others', async () => {
    const one = await plain();
    one.send({ type: 'join', room: 'lobby' });
    for (let n = 1; n <= 1000; n++) one.send({ type: 'say', room: 'lobby', n, text: 'flood' });
    expect(await one.closed).toEqual([1008, 'You kept sending too fast.']);
    expect(one.eventsOf('refused')[0].why).toBe('You are sending too fast. Please slow down.');
    await until(() => witness.texts.includes('flood'), 'stored messages to be delivered');
    const kept = one.eventsOf('kept').length;
    expect(witness.texts.filter((text) => text === 'flood').length).toBeGreaterThanOrEqual(kept);
    expect(kept).toBeLessThan(60);
  });
});

describe('closing the client', () => {
  it('does not reconnect, neither from a pending nor from a dead connection', async () => {
    const between = await network(server.port);
    const one = await new Person(between.url, 'one', { beat: 100 }).enter();
    const other = new Person(server.url, 'other');
    between.silence(true);
    other.client.open();
    for (const { client } of [one, other]) client.close();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const { status } of [one, other])
      expect(status.at(-1)).toEqual({ status: 'closed', why: 'You left the chat.', inMs: 0 });
    between.close();
  });
});

describe('startup', () => {
  const run = (env) =>
    spawnSync(process.execPath, [fileURLToPath(MAIN)], {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
      timeout: 20_000,
    });

  it.each([
    ['a port in use', () => ({ PORT: String(server.port) }), /:\d+ is in use: choose another port/],
    [
      'an invalid setting',
      () => ({ BEAT_MS: 'soon' }),
      /^BEAT_MS must be an integer from 50 to 3600000, got "soon"/,
    ],
    [
      'a missing certificate file',
      () => ({ TLS_PORT: '0', CERT: 'none.pem', KEY: 'none.pem' }),
      /^CERT must be a PEM file, got "none.pem": ENOENT/,
    ],
    [
      'an invalid certificate',
      () => ({ TLS_PORT: '0', CERT: fileURLToPath(MAIN), KEY: fileURLToPath(MAIN) }),
      /^CERT and KEY must be a matching PEM certificate and key: /,
    ],
    ['missing openssl', () => ({ TLS_PORT: '0', PATH: '/nowhere' }), /^TLS_PORT needs openssl, or/],
    ['an unknown host', () => ({ HOST: 'no.invalid', PORT: '0' }), /^no.invalid .*change HOST/],
  ])('reports %s in one line and exits with 2', (_, env, expected) => {
    const { status, stderr } = run(env());
    expect(stderr).toMatch(expected);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });
});
