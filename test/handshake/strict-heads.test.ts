// Heads that one end would read otherwise than another: what a proxy takes for the end of a head, or for a body, must
// not be frames, headers or a target to us.

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

it('is right as it is', () => expect(failureOf(request)).toBeUndefined());

describe('a bare CR or LF ends a line for some (RFC 9112 §2.2)', () => {
  it.each([
    ['LF at the end of a value', 'X: a\n'],
    ['LF at its beginning', 'X: \na'],
    ['CR at its end', 'X: a\r'],
    ['nothing but LF', 'X:\n'],
    ['LF in the middle', 'X: a\nY: b'],
    ['another control character', 'X: \u0001'],
    ['DEL', 'X: a\u007fb'],
  ])('%s', (_name, line) => {
    expect(failureOf(withLine(line))).toMatchObject({
      code: 'WS_ERR_INVALID_HANDSHAKE',
      status: 400,
    });
  });
});

describe('a target is a path or an address, of visible characters (§4.2.1, RFC 9112 §3.2)', () => {
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

  it('an address, as to a proxy', () => {
    expect(failureOf(request.replace('/chat', 'http://server.example.com/chat'))).toBeUndefined();
  });
});

describe('what has a body is no handshake: its bytes would be frames', () => {
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

  it('Content-Length: 0 is none', () =>
    expect(failureOf(withLine('Content-Length: 0'))).toBeUndefined());
});
