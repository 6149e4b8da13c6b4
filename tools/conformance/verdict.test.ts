// The runner itself: what is wrong must not pass.

import { describe, expect, it } from 'vitest';
import { aPong, aText } from './cases/case.ts';
import { allCases, isMeant } from './cases/index.ts';
import { type Frame, FrameReader, type Role, violationOf, writeFrame } from './peer/frames.ts';
import type { Peer } from './peer/peer.ts';
import { judge } from './verdict.ts';

const HELLO = aText('Hello, world!');
const close = (code?: number) => ({ code, reason: '' });

/** What came of a case: everything right but what is said. */
function verdictOn(id: string, seen: Partial<Peer>): string {
  const one = allCases().find((candidate) => candidate.id === id);
  if (one === undefined) throw new Error(`there is no case ${id}`);
  const peer = { received: [], violations: [], close: undefined, ended: 'ended', ...seen };
  return judge(one, peer as unknown as Peer).verdict;
}

describe('a message that is refused behind one that is good, 3.2', () => {
  it.each<[string, Partial<Peer>]>([
    ['strict', { received: [HELLO], close: close(1002) }],
    ['non-strict', { received: [], close: close(1002) }],
    ['non-strict', { received: [HELLO], close: close(1008) }],
    ['non-strict', { received: [HELLO] }],
    ['failed', { received: [HELLO], close: close(1000) }],
    ['failed', { received: [HELLO, aPong('')], close: close(1002) }],
    ['failed', { received: [HELLO, HELLO], close: close(1002) }],
    ['failed', { received: [HELLO], close: close(1002), ended: undefined }],
    ['failed', { received: [HELLO], close: close(1002), violations: ['masked'] }],
  ])('%s: %j', (verdict, seen) => {
    expect(verdictOn('3.2', seen)).toBe(verdict);
  });
});

describe('a ping, 2.2', () => {
  it.each<[string, Partial<Peer>]>([
    ['strict', { received: [aPong('Hello, world!')], close: close(1000) }],
    ['failed', { received: [aPong('Hello, world')], close: close(1000) }],
    ['failed', { received: [], close: close(1000) }],
    ['failed', { received: [aPong('Hello, world!')], close: close(1002) }],
    ['failed', { received: [aPong('Hello, world!')] }],
  ])('%s: %j', (verdict, seen) => {
    expect(verdictOn('2.2', seen)).toBe(verdict);
  });
});

it('a close frame with a code that must not be sent, 7.9.1, must not be answered as if it were good', () => {
  expect(verdictOn('7.9.1', { close: close(1002) })).toBe('strict');
  expect(verdictOn('7.9.1', { close: close(0) })).toBe('failed');
  expect(verdictOn('7.9.1', { close: close(1000) })).toBe('failed');
});

it('a close frame that is good, 7.7.1, must not be refused', () => {
  expect(verdictOn('7.7.2', { close: close(1001) })).toBe('strict');
  expect(verdictOn('7.7.2', { close: close(1002) })).toBe('failed');
  expect(verdictOn('7.7.2', {})).toBe('failed');
});

describe('frames that come', () => {
  const violation = (sender: Role, frame: Frame): string | undefined => {
    const [read] = [...new FrameReader().read(writeFrame(sender, frame))];
    return violationOf(read, sender, false);
  };

  it.each<[string | undefined, Role, Frame]>([
    [undefined, 'server', { opcode: 1, payload: 'a' }],
    [undefined, 'client', { opcode: 2, payload: new Uint8Array(65536) }],
    ["a client's frame is not masked", 'client', { opcode: 1, isMasked: false }],
    ["a server's frame is masked", 'server', { opcode: 1, isMasked: true }],
    ['RSV is 4', 'server', { opcode: 1, rsv: 4 }],
    ['opcode 3 is reserved', 'server', { opcode: 3 }],
    ['a control frame is fragmented', 'server', { opcode: 10, fin: false }],
    ['a control frame has 126 octets', 'server', { opcode: 10, payload: new Uint8Array(126) }],
    ['the payload length is not in its shortest form', 'server', { opcode: 1, lengthBytes: 8 }],
  ])('%s', (expected, sender, frame) => {
    expect(violation(sender, frame)).toBe(expected);
  });
});

it('all cases of the Autobahn testsuite have their counterpart', () => {
  const cases = allCases();
  expect(cases.filter(({ isOurs }) => !isOurs)).toHaveLength(517);
  expect(cases.filter(({ id }) => isMeant(id, ['6.*']))).toHaveLength(145);
  expect(cases.filter(({ id }) => isMeant(id, ['1.1', '2.10'])).map(({ id }) => id)).toEqual([
    ...['1.1.1', '1.1.2', '1.1.3', '1.1.4', '1.1.5', '1.1.6', '1.1.7', '1.1.8', '2.10'],
  ]);
});
