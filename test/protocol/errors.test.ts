// Every violation by number: its code, the close code it calls for (§7.4.1), its section, and that its message
// says something.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ProtocolError, VIOLATION, type Violation } from '../../src/index.ts';
import { VIOLATIONS } from '../../src/protocol/violations.ts';

/** By number, from 1. */
const EXPECTED: readonly (readonly [code: string, closeCode: number, section: string])[] = [
  ['UNEXPECTED_RSV_1', 1002, '5.2'],
  ['UNEXPECTED_RSV_2_3', 1002, '5.2'],
  ['INVALID_OPCODE', 1002, '5.2'],
  ['INVALID_OPCODE', 1002, '5.4'],
  ['INVALID_OPCODE', 1002, '5.4'],
  ['EXPECTED_FIN', 1002, '5.5'],
  ['INVALID_CONTROL_PAYLOAD_LENGTH', 1002, '5.5'],
  ['EXPECTED_MASK', 1002, '5.1'],
  ['UNEXPECTED_MASK', 1002, '5.1'],
  ['UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009, '5.2'],
  ['NON_MINIMAL_PAYLOAD_LENGTH', 1002, '5.2'],
  ['UNSUPPORTED_MESSAGE_LENGTH', 1009, '7.4.1'],
  ['INVALID_UTF8', 1007, '8.1'],
  ['INVALID_CLOSE_CODE', 1002, '7.4'],
  ['TOO_MANY_BUFFERED_BYTES', 1009, '10.4'],
  ['UNEXPECTED_END', 1006, '7.1.5'],
  ['INVALID_EXTENSION_DATA', 1007, '9'],
  ['TOO_MANY_BUFFERED_PARTS', 1008, '10.4'],
  ['TOO_MANY_BUFFERED_PARTS', 1008, '10.4'],
  ['INTERNAL', 1011, '7.4.1'],
  ['DETACHED_CHUNK', 1011, '7.4.1'],
];

it('numbers the violations from 1 without gaps', () => {
  expect(Object.values(VIOLATION)).toEqual(EXPECTED.map((_, i) => i + 1));
});

describe.each(EXPECTED.map((details, i) => ({ violation: (i + 1) as Violation, details })))(
  'violation $violation',
  ({ violation, details: [code, closeCode, section] }) => {
    const error = new ProtocolError(violation, { offset: 7, role: 'client', value: 3 });

    it('has its code, close code and section', () => {
      expect(error).toMatchObject({ code: `WS_ERR_${code}`, closeCode, section, violation });
      expect(error).toMatchObject({ offset: 7, role: 'client', value: 3 });
    });

    it('says whose fault it is, what, and where', () => {
      const who = closeCode === 1011 ? 'WebSocket stream aborted' : 'Invalid WebSocket stream';
      const [begin, what, where] = error.message.split(/: |, /);
      expect([begin, where]).toEqual([who, `at byte 7 (RFC 6455 §${section})`]);
      expect(what).toMatch(/\w{3,} \w+/);
    });
  },
);

it.runIf(globalThis.process?.versions?.node)('lists every violation in docs/errors.md', () => {
  const docs = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  for (const [, code, closeCode, section] of Object.values(VIOLATIONS)) {
    expect(docs).toContain(`| \`${code}\` | ${closeCode} | §${section} |`);
  }
});

describe('a cause', () => {
  it('is there where one was given, whatever it is', () => {
    const init = { offset: 0, role: 'server' } as const;
    const violation = VIOLATION.INTERNAL_ERROR;
    expect('cause' in new ProtocolError(violation, init)).toBe(false);
    const error = new ProtocolError(violation, { ...init, cause: undefined });
    expect('cause' in error).toBe(true);
  });
});
