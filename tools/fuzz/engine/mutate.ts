// Cases made of cases: bytes changed, put in, left out, moved, taken from another; choices and cuts changed.

import type { Random } from '../../../test/support/random.ts';
import { anyhow, type Case } from './case.ts';

/** No case grows beyond. */
const MAX_BYTES = 1 << 17;

/** Bytes that mean something to one target or other. */
const WORDS = [
  ...['8100', '8180', '8a00', '8980', '8800', '8880', '0100', '8000', 'c100', 'c180'],
  ...['fe0080', '7e0080', '7f0000000000010000', 'ff0000000000010000', 'ffffffffffffffffff', '03e8'],
  ...['efbbbf', 'eda080', 'f48fbfbf', 'f4908080', 'c080', 'e0a080', 'f0908080', 'ecbd', 'ff'],
  ...['0d0a', '0d0a0d0a', '0a', '0d', '20', '3a20', '2c', '09', '00', '0d0a20'],
  ...[
    'a1b2c3d4',
    'd4c3b2a1',
    '0a0d0d0a',
    '1a2b3c4d',
    '4d3c2b1a',
    '00000000',
    '7fffffff',
    '45',
    '60',
  ],
  ...['0000ffff', '010000ffff', '4b040000'],
].map((text) => Uint8Array.from(Buffer.from(text, 'hex')));

type Step = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const splice = (bytes: Uint8Array, at: number, left: number, put: Uint8Array): Uint8Array => {
  const made = new Uint8Array(bytes.length - left + put.length);
  made.set(bytes.subarray(0, at));
  made.set(put, at);
  made.set(bytes.subarray(at + left), at + put.length);
  return made;
};

/** A random part of the bytes: where it begins, and its length. */
function part(bytes: Uint8Array, random: Random): [at: number, length: number] {
  const at = random.below(bytes.length + 1);
  const longest = Math.min(bytes.length - at, random.pick([1, 4, 16, 200, 100_000]));
  return [at, random.below(longest + 1)];
}

const STEPS: readonly Step[] = [
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const made = bytes.slice();
    made[random.below(made.length)] ^= 1 << random.below(8);
    return made;
  },
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const made = bytes.slice();
    made[random.below(made.length)] = random.pick([
      random.below(256),
      0,
      1,
      125,
      126,
      127,
      128,
      255,
    ]);
    return made;
  },
  (bytes, random) => splice(bytes, ...part(bytes, random), new Uint8Array(0)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, random.pick(WORDS)),
  (bytes, random) => {
    const word = random.pick(WORDS);
    const at = random.below(bytes.length + 1);
    return splice(bytes, at, Math.min(word.length, bytes.length - at), word);
  },
  (bytes, random) => {
    const [at, length] = part(bytes, random);
    return splice(bytes, random.below(bytes.length + 1), 0, bytes.subarray(at, at + length));
  },
  (bytes, random) =>
    splice(bytes, random.below(bytes.length + 1), 0, random.bytes(random.below(9))),
  (bytes, random, other) => {
    const [at, length] = part(other, random);
    return splice(bytes, ...part(bytes, random), other.subarray(at, at + length));
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
];

/** A case like this one, perhaps with a part of the other. */
export function mutate(given: Case, other: Case, random: Random): Case {
  let { bytes } = given;
  for (let steps = 1 + random.below(random.pick([1, 3, 8])); steps > 0; steps--) {
    bytes = random.pick(STEPS)(bytes, random, other.bytes);
  }
  if (bytes.length > MAX_BYTES) bytes = bytes.slice(0, MAX_BYTES);
  const { choices, cuts } = anyhow(bytes, random);
  const kept = [...given.choices];
  if (random.chance(0.3)) kept[random.below(kept.length || 1)] = random.below(256);
  return {
    choices: random.chance(0.1) ? choices : kept,
    cuts: random.chance(0.4) ? cuts : given.cuts,
    bytes,
  };
}
