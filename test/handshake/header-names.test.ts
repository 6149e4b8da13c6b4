// How names of headers are written: capitalised, and otherwise as they are.

import { expect, it } from 'vitest';
import { writeHead } from '../../src/handshake/http-head.ts';

it.each([
  ['host', 'Host'],
  ['x-trace-id', 'X-Trace-Id'],
  ['sec-websocket-key', 'Sec-WebSocket-Key'],
  ['websocket', 'WebSocket'],
  ['x-websockets', 'X-Websockets'],
  ['x--trace', 'X--Trace'],
  ['x---', 'X---'],
  ['-y', '-Y'],
  ['y-', 'Y-'],
  ['-', '-'],
  ['--', '--'],
  ['1-2', '1-2'],
  ['x-1a', 'X-1a'],
  ['_x-_y', '_x-_y'],
  ["!#$%&'*+.^`|~", "!#$%&'*+.^`|~"],
  ['undefined', 'Undefined'],
  ['constructor', 'Constructor'],
  ['__proto__', '__proto__'],
])('%s is written %s', (name, written) => {
  const head = writeHead('GET / HTTP/1.1', new Headers([[name, 'v']]));
  expect(head).toBe(`GET / HTTP/1.1\r\n${written}: v\r\n\r\n`);
});
