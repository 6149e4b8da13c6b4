// Request smuggling: bytes that a proxy reads as the end of a head, or as a body, must not be read as frames, headers or
// a target.

import { describe, expect, it } from 'vitest';
import { HandshakeError } from '../../src/handshake/errors.ts';
import { HeadReader } from '../../src/handshake/http-head.ts';
import { checkRequest } from '../../src/handshake/request.ts';
import { handshake } from '../support/pcap.ts';

const request = new TextDecoder().decode(handshake().request);

function failureOf(text: string): HandshakeError | undefined {
  try {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const head = new HeadReader(16_384).push(bytes);
    if (head === undefined) return undefined;
    checkRequest(head);
    return undefined;
  } catch (error) {
    if (error instanceof HandshakeError) return error;
    throw error;
  }
}

const withLine = (line: string) => request.replace('Upgrade: ', `${line}\r\nUpgrade: `);

it('accepts the example', () => expect(failureOf(request)).toBeUndefined());

describe('rejects a bare CR or LF, which ends a line in some implementations (RFC 9112 §2.2)', () => {
  it.each([
    ['LF at the end of a value', 'X: a\n'],
    ['LF at the start of a value', 'X: \na'],
    ['CR at the end of a value', 'X: a\r'],
    ['a value of LF only', 'X:\n'],
    ['LF inside a value', 'X: a\nY: b'],
    ['another control character', 'X: \u0001'],
    ['DEL', 'X: a\u007fb'],
  ])('%s', (_name, line) => {
    expect(failureOf(withLine(line))).toMatchObject({
      code: 'WS_ERR_INVALID_HANDSHAKE',
      status: 400,
    });
  });
});

describe('rejects a target that is not a path or URL of visible ASCII (§4.2.1, RFC 9112 §3.2)', () => {
  it.each([
    '1',
    'chat',
    '*',
    'ftp://a/',
    '/\u0000',
    '/caf\u00c3\u00a9',
    '/\u0001a',
    '/\u007f',
    '/a\u000bb',
  ])('%j', (target) => {
    const text = request.replace('/chat', target);
    expect(failureOf(text)).toMatchObject({ code: 'WS_ERR_INVALID_HANDSHAKE', status: 400 });
  });

  it('accepts an absolute URL', () => {
    expect(failureOf(request.replace('/chat', 'http://server.example.com/chat'))).toBeUndefined();
  });
});

describe('rejects a request with a body', () => {
  it.each([
    'Content-Length: 5',
    'Content-Length: 0x',
    'Content-Length: 0, 5',
    'Transfer-Encoding: chunked',
  ])('%s', (line) => {
    expect(failureOf(withLine(line))).toMatchObject({
      code: 'WS_ERR_INVALID_HANDSHAKE',
      status: 400,
    });
  });

  it('accepts Content-Length: 0', () =>
    expect(failureOf(withLine('Content-Length: 0'))).toBeUndefined());
});
