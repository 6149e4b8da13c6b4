// Every vector, whole, cut at every position, byte by byte, and in every delivery.

import { describe, expect, it } from 'vitest';
import { hex } from '../support/bytes.ts';
import { cuts, DELIVERIES, decode, pieces } from '../support/decode.ts';
import { naiveDecode } from '../support/naive-decoder.ts';
import { VALID } from '../vectors/valid.ts';
import { BEFORE, VIOLATIONS } from '../vectors/violations.ts';

describe.each(VALID)('§$section: $name', ({ hex: text, role, events }) => {
  const stream = hex(text);

  it('is what the oracle says it is', () => {
    expect(naiveDecode(stream, { role })).toEqual(events);
  });

  it.each(DELIVERIES)('decodes, as %s', (delivery) => {
    expect(decode([stream], { role, delivery })).toEqual(events);
  });

  it('decodes cut at every position', () => {
    for (const delivery of DELIVERIES) {
      for (const two of cuts(stream)) expect(decode(two, { role, delivery })).toEqual(events);
    }
  });

  it.each([1, 2, 3, 7, 1000, 65535])('decodes in chunks of %i', (size) => {
    for (const delivery of DELIVERIES) {
      expect(decode(pieces(stream, size), { role, delivery })).toEqual(events);
    }
  });
});

describe.each(VIOLATIONS)('§$section: $name ($hex)', (violation) => {
  const { role, code, closeCode, section, at } = violation;
  const options = { role, ...violation.options, transform: (payload: Uint8Array) => payload };
  const before = hex(BEFORE[role]);
  const stream = hex(`${BEFORE[role]} ${violation.hex}`);
  const error = ['error', code, closeCode, section, before.length + at];
  const first = stream.length - before.length;

  it('is what the oracle says it is', () => {
    const events = naiveDecode(stream, options);
    expect(events[0]).toEqual(['text', 'ok']);
    expect(events.at(-1)).toEqual(error);
  });

  it('is refused by name, after the good message, in every delivery and at every cut', () => {
    const expected = naiveDecode(stream, options);
    for (const delivery of DELIVERIES) {
      expect(decode([stream], { ...options, delivery })).toEqual(expected);
      for (const two of cuts(stream))
        expect(decode(two, { ...options, delivery })).toEqual(expected);
      expect(decode(pieces(stream, 1), { ...options, delivery })).toEqual(expected);
    }
  });

  it('is refused behind a long run of messages', () => {
    const run = hex(BEFORE[role].repeat(200));
    const whole = new Uint8Array(run.length + first);
    whole.set(run);
    whole.set(stream.subarray(before.length), run.length);
    const events = decode([whole], options);
    expect(events.filter(([type, text]) => type === 'text' && text === 'ok')).toHaveLength(200);
    expect(events.at(-1)).toEqual(['error', code, closeCode, section, run.length + at]);
  });
});
