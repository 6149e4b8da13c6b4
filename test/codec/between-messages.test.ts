// Whether a decoder stands between two messages, where it may go on with another stream.

import { describe, expect, it } from 'vitest';
import { Decoder, type DecoderOptions } from '../../src/index.ts';
import { hex } from '../support/bytes.ts';

describe('between messages', () => {
  const at = (stream: Uint8Array, options: Partial<DecoderOptions<'view'>> = {}) => {
    const decoder = new Decoder({ role: 'client', ...options });
    decoder.write(stream);
    return decoder;
  };

  it.each([
    ['', true],
    ['81', false],
    ['82 02 61', false],
    ['02 01 61', false],
    ['02 00', false],
    ['89 01', false],
    ['82 01 61', true],
    ['89 01 61', true],
    ['88 00', false],
  ])('after %j: %s', (bytes, expected) => {
    expect(at(hex(bytes)).isBetweenMessages).toBe(expected);
  });

  it('not while paused, not from within a handler, not with anything left', () => {
    const decoder = at(hex('82 01 61'));
    decoder.pause();
    expect(decoder.isBetweenMessages).toBe(false);
    decoder.write(hex('82 01 62'));
    decoder.resume();
    expect(decoder.isBetweenMessages).toBe(true);
    let inside = true;
    const other: Decoder = new Decoder(
      { role: 'client' },
      { ping: () => (inside = other.isBetweenMessages) },
    );
    other.write(hex('89 00'));
    expect([inside, other.isBetweenMessages]).toEqual([false, true]);
  });

  it('it goes on with another stream, as if it had read what came before', () => {
    const decoder = at(hex('82 01 61'));
    expect(decoder.offset).toBe(3);
    const offsets: number[] = [];
    decoder.rebind({ error: ({ offset }) => offsets.push(offset) }, 1000);
    decoder.write(hex('82 00'));
    expect(decoder.offset).toBe(1002);
    decoder.write(hex('83 00'));
    expect(offsets).toEqual([1002]);
  });
});
