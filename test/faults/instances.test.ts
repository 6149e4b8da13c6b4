// Thousands of decoders and encoders at once, their streams interleaved piece by piece: each says what it was sent, and
// holds no more than its own message. What all of them cost together: processes/instances.test.ts.

import { expect, it } from 'vitest';
import { BatchWriter, Decoder, Encoder } from '../../src/index.ts';
import { join } from '../support/bytes.ts';
import { Random, seed } from '../support/random.ts';

const INSTANCES = 2000;
const SIZES = [0, 5, 60, 125, 126, 700, 4200];

/** Like no other text: which instance, which message, and characters of two and three bytes. */
const textOf = (instance: number, n: number): string =>
  `${instance}/${n} ${'é가'.repeat(SIZES[(instance + n) % SIZES.length] / 5)}`;

/** Three messages, each written in another way. */
function framesOf(instance: number, encoder: Encoder, writer: BatchWriter): Uint8Array {
  const whole = encoder.text(textOf(instance, 0)).slice();
  const fragments = encoder.fragments(textOf(instance, 1), 100).map((piece) => piece.slice());
  writer.text(textOf(instance, 2));
  return join(whole, ...fragments, ...writer.take());
}

it.each(['server', 'client'] as const)(`${INSTANCES} decoders as a %s`, (role) => {
  const random = new Random(seed);
  const peer = role === 'server' ? 'client' : 'server';
  const numbers = Array.from({ length: INSTANCES }, (_, i) => i);
  const writers = numbers.map(
    () => [new Encoder({ role: peer }), new BatchWriter({ role: peer })] as const,
  );
  const streams = numbers.map((i) => framesOf(i, ...writers[i]));
  const texts = numbers.map((): unknown[] => []);
  const decoders = numbers.map(
    (i) =>
      new Decoder(
        { role, delivery: 'string' },
        {
          message: (data) => texts[i].push(data),
          error(error) {
            throw error;
          },
        },
      ),
  );
  const at = numbers.map(() => 0);
  const open = [...numbers];
  let most = 0;
  while (open.length > 0) {
    const place = random.below(open.length);
    const i = open[place];
    const end = Math.min(streams[i].length, at[i] + 1 + random.below(4000));
    decoders[i].write(streams[i].slice(at[i], end));
    most = Math.max(most, decoders[i].bufferedBytes);
    at[i] = end;
    if (end === streams[i].length) open.splice(place, 1);
  }
  expect(texts).toEqual(numbers.map((i) => [textOf(i, 0), textOf(i, 1), textOf(i, 2)]));
  // Nothing is held between messages; in one, no more than its fragments take.
  expect(decoders.filter(({ bufferedBytes }) => bufferedBytes > 0)).toEqual([]);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(3 * Math.max(...SIZES));
});
