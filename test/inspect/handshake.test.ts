// The opening handshake, RFC 6455 §4, and its effect on the frames after it.

import { describe, expect, it } from 'vitest';
import { inspect, inspectConversation, readHead } from '../../src/inspect/index.ts';
import { frame, hex, join, utf8 } from '../support/bytes.ts';
import { handshake } from '../support/pcap.ts';

const { request, response } = handshake();
const KEY = [1, 2, 3, 4];
const faults = (bytes: Uint8Array, other?: Uint8Array) =>
  inspect(bytes, { otherHead: other && readHead(other) }).handshake?.faults.map(
    ({ message }) => message,
  );
const without = (bytes: Uint8Array, pattern: RegExp | string, instead = '') =>
  utf8(new TextDecoder().decode(bytes).replace(pattern, instead));

describe('RFC 6455 §1.3', () => {
  it('reads the request and the client’s frames after it', () => {
    const bytes = join(request, frame({ opcode: 1, payload: utf8('hi'), key: KEY }));
    const { handshake: head, sender, messages, frames } = inspect(bytes);
    expect(sender).toBe('client');
    expect(head).toMatchObject({
      ...{ kind: 'request', method: 'GET', target: '/chat', version: '1.1', isUpgrade: true },
      ...{
        key: 'dGhlIHNhbXBsZSBub25jZQ==',
        expectedAccept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        faults: [],
      },
      length: request.length,
    });
    expect(messages).toMatchObject([{ text: 'hi' }]);
    expect(frames[0].offset).toBe(request.length);
  });

  it('reads the response, and checks it against the request', () => {
    const { handshake: head, sender } = inspect(response, { otherHead: readHead(request) });
    expect(sender).toBe('server');
    expect(head).toMatchObject({
      kind: 'response',
      status: 101,
      reason: 'Switching Protocols',
      faults: [],
    });
    expect(head?.accept).toBe(head?.expectedAccept);
  });
});

describe('violations', () => {
  it.each([
    ['no key', without(request, /Sec-WebSocket-Key.*\r\n/), 'Sec-WebSocket-Key'],
    ['a short key', without(request, 'dGhlIHNhbXBsZSBub25jZQ==', 'abc='), 'Sec-WebSocket-Key'],
    [
      'no version',
      without(request, /Sec-WebSocket-Version.*\r\n/),
      'Sec-WebSocket-Version must be 13, got none',
    ],
    [
      'another version',
      without(request, 'Version: 13', 'Version: 8'),
      'Sec-WebSocket-Version must be 13, got 8',
    ],
    ['POST', without(request, 'GET', 'POST'), 'the method must be GET, got POST'],
    ['no host', without(request, /Host.*\r\n/), 'the Host header is missing'],
    ['no Connection', without(request, 'Connection: Upgrade', 'Connection: close'), 'Connection'],
    ['HTTP/1.0', without(request, 'HTTP/1.1', 'HTTP/1.0'), 'must be HTTP/1.1, got HTTP/1.0'],
    ['two hosts', without(request, '\r\n\r\n', '\r\nHost: b\r\n\r\n'), 'only one Host header'],
    ['a body', without(request, '\r\n\r\n', '\r\nContent-Length: 5\r\n\r\n'), 'a body'],
    ['a target that is not a path', without(request, '/chat', 'chat'), 'must be a path'],
    [
      'an empty subprotocol',
      without(request, '\r\n\r\n', '\r\nSec-WebSocket-Protocol: a,,b\r\n\r\n'),
      'Sec-WebSocket-Protocol must be a list',
    ],
    ['no Upgrade', without(response, 'Upgrade: websocket\r\n'), 'Upgrade'],
  ])('%s', (_name, bytes, what) => {
    expect(faults(bytes)?.join()).toContain(what);
  });

  it.each([
    [
      'a wrong Accept',
      'Sec-WebSocket-Accept: s3',
      'Sec-WebSocket-Accept: x3',
      'must be s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    ],
    [
      'a subprotocol that was not offered',
      '\r\n\r\n',
      '\r\nSec-WebSocket-Protocol: chat\r\n\r\n',
      'subprotocol chat',
    ],
    [
      'an extension that was not offered',
      '\r\n\r\n',
      '\r\nSec-WebSocket-Extensions: foo; a=1\r\n\r\n',
      'extension foo',
    ],
  ])('%s', (_name, what, instead, message) => {
    expect(faults(without(response, what, instead), request)?.join()).toContain(message);
  });

  it('reports a refusal with status and headers, and no frames', () => {
    const refused = utf8('HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!');
    const { client, server } = inspectConversation({
      client: join(request, frame({ opcode: 1, key: KEY })),
      server: refused,
    });
    expect(server.handshake).toMatchObject({ status: 403, reason: 'Forbidden', isUpgrade: false });
    expect(server).toMatchObject({ frames: [], bytesLeft: 3 });
    expect([...server.notes, ...client.notes].join()).toMatch(
      /refused: 403 Forbidden.*refused: 403/,
    );
    expect(client.frames).toEqual([]);
  });

  it.each([
    ['a truncated request', utf8('GET /chat HTTP/1.1\r\nHost: a\r\n'), 'client'],
    ['a truncated response', utf8('HTTP/1.1 101 Swi'), 'server'],
  ])('reports %s', (_name, bytes, sender) => {
    const inspection = inspect(bytes);
    expect(inspection).toMatchObject({ sender, frames: [], bytesLeft: bytes.length });
    expect(inspection.truncated?.where).toBe('handshake');
  });

  it('reports an invalid head that begins like HTTP', () => {
    const inspection = inspect(utf8('GET / nonsense\r\n\r\n'));
    expect(inspection.notes.join()).toContain('has no valid head');
    expect(inspection.truncated).toBeUndefined();
  });

  it('reports a request that is not a handshake', () => {
    const { notes, frames } = inspect(utf8('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    expect([notes.join(), frames]).toEqual(['The HTTP request is not a WebSocket handshake.', []]);
  });
});

describe('subprotocols and permessage-deflate', () => {
  const offer = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n';
  const agreed =
    'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_max_window_bits="10"\r\n';
  const both = handshake(
    `${offer}Sec-WebSocket-Protocol: a, b\r\n`,
    `${agreed}Sec-WebSocket-Protocol: b\r\n`,
  );
  const hello = hex('c1 07 f2 48 cd c9 c9 07 00');

  it('are reported for both heads', () => {
    const { client, server } = inspectConversation({ client: both.request, server: both.response });
    expect(client.handshake).toMatchObject({ subprotocols: ['a', 'b'], deflate: {} });
    expect(server.handshake).toMatchObject({
      subprotocols: ['b'],
      faults: [],
      deflate: { serverNoContextTakeover: true, clientMaxWindowBits: 10 },
    });
    expect(client.deflate).toEqual(server.deflate);
  });

  it('determine how messages are inflated', () => {
    const inspection = inspect(join(both.response, hello));
    expect(inspection.messages).toMatchObject([{ text: 'Hello', compressed: true }]);
    expect(inspection.deflate).toMatchObject({ serverNoContextTakeover: true });
  });

  it('of a request alone are assumed to be accepted, with a note', () => {
    const masked = frame({ opcode: 1, rsv: 0x40, payload: hello.subarray(2), key: KEY });
    const { messages, notes } = inspect(join(both.request, masked));
    expect(messages).toMatchObject([{ text: 'Hello' }]);
    expect(notes.join()).toContain('as offered');
  });

  it('not accepted: RSV1 is a violation', () => {
    const { client } = inspectConversation({
      client: join(both.request, frame({ opcode: 1, rsv: 0x40, key: KEY })),
      server: response,
    });
    expect(client.problem?.code).toBe('WS_ERR_UNEXPECTED_RSV_1');
  });
});
