// The hostile vectors: each is refused by name and place, or held without harm, whole, cut and byte by byte.

import { describe, expect, it } from 'vitest';
import { Decoder, type DecoderOptions } from '../../src/index.ts';
import { hex } from '../support/bytes.ts';
import { cuts, DELIVERIES, pieces, recorder } from '../support/decode.ts';
import { type Event, naiveDecode } from '../support/naive-decoder.ts';
import { HOSTILE, type HostileVector } from '../vectors/hostile.ts';

function streamOf({ hex: text, repeat, tail = '' }: HostileVector): Uint8Array<ArrayBuffer> {
  const { hex: piece = '', times = 0 } = repeat ?? {};
  return hex(text + piece.repeat(times) + tail);
}

/** What is said, and the most that was held on the way. */
function run(chunks: Iterable<Uint8Array>, vector: HostileVector, options: DecoderOptions) {
  const events: Event[] = [];
  const decoder = new Decoder({ ...options, ...vector.options }, recorder(events));
  let held = 0;
  for (const chunk of chunks) {
    decoder.write(chunk.slice());
    held = Math.max(held, decoder.bufferedBytes);
  }
  if (vector.ends) decoder.endOfStream();
  return { events, held };
}

function outcomeOf(events: readonly Event[]) {
  const delivered = events.filter(([type]) => type === 'text' || type === 'binary').length;
  const error = events.find(([type]) => type === 'error');
  return { delivered, error: error?.slice(1) ?? null };
}

describe.each(HOSTILE)('$name', (vector) => {
  const { role, error, delivered } = vector;
  const stream = streamOf(vector);
  const expected = {
    delivered,
    error: error && [error.code, error.closeCode, error.section, error.offset],
  };
  const options = { role, transform: (payload: Uint8Array) => payload };

  it('has its outcome, in every delivery, whole and byte by byte', () => {
    for (const delivery of DELIVERIES) {
      expect(outcomeOf(run([stream], vector, { ...options, delivery }).events)).toEqual(expected);
      const bytewise = run(pieces(stream, 1), vector, { ...options, delivery });
      expect(outcomeOf(bytewise.events)).toEqual(expected);
    }
  });

  it('has it wherever it is cut', () => {
    if (stream.length > 1000) {
      for (const size of [2, 7, 1000, 4096]) {
        expect(outcomeOf(run(pieces(stream, size), vector, options).events)).toEqual(expected);
      }
    } else {
      for (const two of cuts(stream)) {
        expect(outcomeOf(run(two, vector, options).events)).toEqual(expected);
      }
    }
  });

  it('holds no more than a multiple of what came', () => {
    for (const chunks of [[stream], pieces(stream, 1), pieces(stream, 100)]) {
      expect(run(chunks, vector, options).held).toBeLessThanOrEqual(8 * stream.length + 1024);
    }
  });

  it('is to the oracle what it is to the decoder', () => {
    // The oracle knows neither the end of a stream nor limits in pieces.
    const knows = !vector.ends && vector.options?.maxFragments === undefined;
    const events = naiveDecode(stream, { ...options, ...vector.options });
    expect(outcomeOf(events)).toEqual(knows ? expected : { ...expected, error: null });
  });
});
