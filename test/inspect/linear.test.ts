// A guard against texts made to be slow: whatever the shape of the text, the work done is in proportion to it.
// Work is counted, not timed.

import { describe, expect, it } from 'vitest';
import { inspectConversation, ParseBytesError, parseBytes } from '../../src/inspect/index.ts';
import { utf8 } from '../support/bytes.ts';
import { handshake } from '../support/pcap.ts';
import { workOf } from '../support/work.ts';

const fill = (one: string, length: number) => one.repeat(Math.ceil(length / one.length));

const TEXTS: Record<string, (length: number) => string> = {
  hex: (n) => fill('81 85 37 fa ', n),
  'hex with 0x': (n) => fill('0x81,', n),
  'hex without end': (n) => fill('8', n),
  base64: (n) => `?${fill('gYU3+iE9', n)}`.slice(1),
  'padding before base64': (n) => `${fill('=', n)}gYU3`,
  'a data URL that is none': (n) => `data:${fill(';base64', n)}`,
  'data URLs': (n) => fill('data:;base64,', n),
  blanks: (n) => `${fill(' ', n)}?`,
  'returns without newlines': (n) => `${fill('\r', n)}?`,
  lines: (n) => fill('\n', n),
  'a dump': (n) =>
    Array.from(
      { length: n / 60 },
      (_, i) => `${(16 * i).toString(16).padStart(8, '0')}: ${'8185 '.repeat(8)} ................`,
    ).join('\n'),
  'a dump with bars in its text': (n) => `00000000  81 85  ${fill(' |', n)} x`,
  'a dump with bars, and a last one': (n) => `00000000  81 85  ${fill('| ', n)}`,
  'a dump of bars and blanks': (n) => `00000000  81 ${fill(' |   ', n)}`,
  'a dump with a line of bars, many times': (n) =>
    Array.from(
      { length: n / 60 },
      (_, i) => `${i.toString(16).padStart(8, '0')}  81 ${' | '.repeat(15)}x`,
    ).join('\n'),
  'a dump with a wide word': (n) => `00000000: ${fill('81', n)}`,
  'a dump with blanks behind its offset': (n) => `00000000  ${fill(' ', n)}|`,
  'a dump with an offset without end': (n) => `00000000: 81\n${fill('0', n)}`,
  'a dump of omitted lines': (n) => `00000000: 81\n${fill('*\n', n)}00000002: 81`,
};

function read(text: string, format?: 'hex' | 'base64'): void {
  try {
    parseBytes(text, format);
  } catch (error) {
    if (!(error instanceof ParseBytesError)) throw error;
  }
}

/** Five times the size, and the work for each character is what it was, within a third and a constant. */
function checkGrowth(work: (length: number) => number): void {
  const [less, more] = [work(4000) / 4000, work(20_000) / 20_000];
  expect(more).toBeLessThan(less * 1.35 + 3);
  expect(more).toBeLessThan(100);
}

describe.each(Object.entries(TEXTS))('parseBytes: %s', (_name, textOf) => {
  it.each([undefined, 'hex', 'base64'] as const)('as %s', (format) => {
    checkGrowth((length) => {
      const text = textOf(length);
      return workOf(() => read(text, format));
    });
  });
});

const HEADS: Record<string, (length: number) => [string, string]> = {
  subprotocols: (n) => [
    `Sec-WebSocket-Protocol: ${fill('a,', n)}b\r\n`,
    `Sec-WebSocket-Protocol: ${Array.from({ length: n / 6 }, (_, i) => i).join(',')}\r\n`,
  ],
  extensions: (n) => [
    `Sec-WebSocket-Extensions: ${fill('a,', n)}b\r\n`,
    `Sec-WebSocket-Extensions: ${Array.from({ length: n / 6 }, (_, i) => i).join(',')}\r\n`,
  ],
  parameters: (n) =>
    Array(2).fill(`Sec-WebSocket-Extensions: permessage-deflate${fill(';=', n)}\r\n`) as [
      string,
      string,
    ],
  headers: (n) => [fill('a:\r\n', n), fill('b: c\r\n', n)],
  'blanks in a header': (n) => [`a: b${fill(' \t', n)}c\r\n`, `a:${fill(' ', n)}\r\n`],
};

describe.each(Object.entries(HEADS))('a handshake: %s', (_name, headersOf) => {
  it('is read and checked', () => {
    checkGrowth((length) => {
      const { request, response } = handshake(...headersOf(length));
      return workOf(() => inspectConversation({ client: request, server: response }));
    });
  });
});

it('the inputs have the intended forms', () => {
  expect(parseBytes(TEXTS['a dump'](6000)).length).toBe(1600);
  const { request } = handshake(...HEADS['subprotocols'](4000));
  expect(request.length).toBeGreaterThan(utf8('a,').length * 2000);
});
