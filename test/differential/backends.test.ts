// The two kernels against each other and against the oracle: random streams, valid and mutated, at random
// cuts, in every delivery; the same events, errors and offsets, to the byte.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backend, Decoder, type DecoderOptions } from '../../src/index.ts';
import { toHex } from '../support/bytes.ts';
import { DELIVERIES, recorder } from '../support/decode.ts';
import { type Event, naiveDecode } from '../support/naive-decoder.ts';
import { Random, seed } from '../support/random.ts';
import { mutate, randomStream } from '../support/streams.ts';

const RUNS = Number(process.env.WSIMD_RUNS ?? 500);

/** What is said, and after which chunk each word of it was said. */
function decodeBy(backend: Backend, chunks: readonly Uint8Array[], options: DecoderOptions) {
  const events: Event[] = [];
  const after: number[] = [];
  const decoder = new Decoder({ ...options, backend }, recorder(events));
  chunks.forEach((chunk, index) => {
    decoder.write(chunk.slice());
    while (after.length < events.length) after.push(index);
  });
  return { events, after };
}

function cutAtRandom(stream: Uint8Array, random: Random): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const largest = random.pick([1, 3, 20, 250, 5000, 70_000, stream.length + 1]);
  for (let at = 0; at < stream.length; ) {
    const size = 1 + random.below(largest);
    chunks.push(stream.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

describe(`random streams (WSIMD_SEED=${seed})`, () => {
  it.each(['server', 'client'] as const)('as a %s', (role) => {
    fc.assert(
      fc.property(fc.nat(), (start) => {
        const random = new Random(start);
        const valid = randomStream(role, random);
        const stream = random.chance(0.6) ? mutate(valid, random) : valid;
        const chunks = cutAtRandom(stream, random);
        const options = {
          role,
          delivery: random.pick(DELIVERIES),
          maxPayload: random.pick([200, 5000, 1 << 20, Number.POSITIVE_INFINITY]),
          skipUtf8Validation: random.chance(0.1),
          allowLongLengths: random.chance(0.2),
          preserve: random.chance(0.2),
        };
        const wasm = decodeBy('wasm', chunks, options);
        const js = decodeBy('js', chunks, options);
        expect(wasm).toEqual(js);
        const oracle = naiveDecode(stream, options);
        const said = JSON.stringify(wasm.events);
        if (said !== JSON.stringify(oracle)) {
          const cuts = chunks.map(({ length }) => length);
          const shown = stream.length < 2000 ? toHex(stream) : `${stream.length} bytes`;
          expect(wasm.events, `${shown} cut as ${cuts} with ${JSON.stringify(options)}`).toEqual(
            oracle,
          );
        }
      }),
      { numRuns: RUNS, seed },
    );
  });
});
