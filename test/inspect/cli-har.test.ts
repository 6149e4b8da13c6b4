// Base64 in a HAR file made to be slow: the work is in proportion to it. Work is counted, not timed.

import { expect, it } from 'vitest';
import type { Options } from '../../cli/inspect/command.ts';
import { readHar } from '../../cli/inspect/har.ts';
import { workOf } from '../support/work.ts';

const OPTIONS = { maxFrames: 10, preview: 256 } as Options;

const readMessage = (data: string) => {
  const entry = { _webSocketMessages: [{ type: 'send', opcode: 2, data }] };
  return readHar(JSON.stringify({ log: { entries: [entry] } }), 'it', OPTIONS).connections[0]
    .messages[0];
};

it.each([
  ['padding', '='],
  ['padding in between', '====a'],
  ['base64', 'AAEC'],
  ['invalid characters', '!'],
  ['quotes', '"'],
])('%s', (_name, one) => {
  const perCharacter = (length: number) =>
    workOf(() => void readMessage(`${one.repeat(length / one.length)}x`)) / length;
  expect(perCharacter(20_000)).toBeLessThan(perCharacter(4000) * 1.35 + 3);
});

it.each([
  ['AAEC', undefined],
  ['AA==', undefined],
  ['AA', undefined],
  ['AA=A', 'its data is not valid base64'],
  ['A!A=', 'its data is not valid base64'],
])('%s: note %j', (data, note) => {
  expect(readMessage(data).note).toBe(note);
});
