// UTF-8 (§8.1, RFC 3629) by the kernel, against the grammar: sequences of one to four bytes at every offset
// round the edges of the vectors, and split texts with their state carried.

import { describe, expect, it } from 'vitest';
import { selectKernel } from '../../src/kernel/select.ts';
import { locateFault } from '../../src/kernel/utf8.ts';
import { toHex, utf8 } from '../support/bytes.ts';
import { judge } from '../support/naive-utf8.ts';
import { Random, seed } from '../support/random.ts';

const kernel = selectKernel();

/** The ends of every range in the grammar, and their neighbours. */
const EDGES = [
  0x00, 0x61, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
  0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
];

function* sequences(): Generator<number[]> {
  for (const a of EDGES) {
    yield [a];
    for (const b of EDGES) {
      yield [a, b];
      for (const c of EDGES) yield [a, b, c];
    }
  }
  for (const a of [0xe1, 0xf0, 0xf1, 0xf4, 0xf5, 0x80]) {
    for (const b of EDGES)
      for (const c of [0x61, 0x80, 0xbf, 0xc2]) for (const d of EDGES) yield [a, b, c, d];
  }
}

/** -1, or the number of bytes pending. */
function check(bytes: Uint8Array, from = 0, to = bytes.length, pending = 0): number {
  return kernel.checkUtf8(bytes, from, to, pending);
}

function agrees(bytes: Uint8Array, result: number, { kind } = judge(bytes)): boolean {
  return kind === 'valid'
    ? result === 0
    : kind === 'cut'
      ? result !== 0 && result !== -1
      : result === -1;
}

describe('a sequence of one to four bytes', () => {
  it.each([0, 1, 13, 14, 15, 16, 17, 29, 30, 31, 32, 33, 61, 62, 63, 64, 65, 127, 128])(
    'at offset %i of ASCII text',
    (offset) => {
      for (const sequence of sequences()) {
        const bytes = new Uint8Array(offset + sequence.length + 70).fill(0x61);
        bytes.set(sequence, offset);
        for (const end of [offset + sequence.length, bytes.length]) {
          const text = bytes.subarray(0, end);
          // ASCII before it changes nothing, and the oracle takes its time.
          const verdict = judge(bytes.subarray(offset, end));
          if (!agrees(text, check(bytes, 0, end), verdict)) {
            expect.fail(`${toHex(new Uint8Array(sequence))} at ${offset} of ${end}`);
          }
          if (kernel.isValidUtf8(text) !== (verdict.kind === 'valid')) {
            expect.fail(`isValidUtf8: ${toHex(new Uint8Array(sequence))} at ${offset} of ${end}`);
          }
        }
      }
    },
  );
});

describe('a text in pieces', () => {
  const texts = [
    utf8(
      '안녕하세요, 세계! 👋🏽 naïve — ASCII again, and some more of it to fill a vector or four.',
    ),
    utf8('가'.repeat(40)),
    utf8('😀'.repeat(30)),
    utf8(`${'a'.repeat(63)}é${'b'.repeat(63)}`),
  ];
  const broken = [
    [0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe0, 0x9f],
    [0x80],
  ];

  it('carries its state over every cut, and three pieces', () => {
    for (const text of texts) {
      for (let i = 0; i <= text.length; i++) {
        for (const j of [i, i + 1, i + 2, text.length]) {
          const k = Math.min(j, text.length);
          let pending = check(text, 0, i);
          pending = pending === -1 ? -1 : check(text, i, k, pending);
          pending = pending === -1 ? -1 : check(text, k, text.length, pending);
          if (pending !== 0) expect.fail(`cut at ${i} and ${k}: ${pending}`);
        }
      }
    }
  });

  it('fails at the first byte that makes it wrong, and tells where', () => {
    for (const text of texts) {
      for (const wrong of broken) {
        for (let at = 0; at <= text.length; at += 5) {
          const bytes = new Uint8Array(text.length + wrong.length);
          bytes.set(text.subarray(0, at));
          bytes.set(wrong, at);
          bytes.set(text.subarray(at), at + wrong.length);
          let pending = 0;
          let begun = 0;
          for (let i = 0; i < bytes.length; i++) {
            const before = pending;
            pending = check(bytes, i, i + 1, before);
            if (!agrees(bytes.subarray(0, i + 1), pending))
              expect.fail(`byte ${i} of ${toHex(bytes)}`);
            if (pending === -1) {
              const fault = locateFault(bytes, i, i + 1, before);
              expect(fault < i ? begun : fault).toBe(judge(bytes).at);
              break;
            }
            if (before === 0) begun = i;
          }
          expect(pending).toBe(-1);
        }
      }
    }
  });

  it(`random bytes, random cuts (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let round = 0; round < 3000; round++) {
      const parts: number[] = [];
      while (parts.length < random.below(300)) {
        if (random.chance(0.02)) parts.push(random.below(256));
        else parts.push(...utf8(String.fromCodePoint(random.pick([0x61, 0xe9, 0xac00, 0x1f600]))));
      }
      const bytes = new Uint8Array(parts);
      let pending = 0;
      for (let at = 0; at < bytes.length && pending !== -1; ) {
        const to = Math.min(bytes.length, at + 1 + random.below(100));
        pending = check(bytes, at, to, pending);
        if (!agrees(bytes.subarray(0, to), pending)) expect.fail(`at ${to} of ${toHex(bytes)}`);
        at = to;
      }
    }
  });
});

describe('decodeUtf8', () => {
  const random = new Random(7);
  const alphabets = ['a', 'aé', '가', '가 a', '😀', 'aé가😀', '\ufeff\u0000\u07ff\u0800\uffff'];

  it.each(alphabets)('gives the text of %j, of any length', (alphabet) => {
    const letters = [...alphabet];
    for (const length of [0, 1, 2, 5, 15, 16, 17, 31, 33, 100, 1000, 5461, 5462, 16384, 40000]) {
      const text = Array.from({ length }, () => random.pick(letters)).join('');
      if (kernel.decodeUtf8(utf8(text)) !== text) expect.fail(`${length} letters`);
    }
  });
});
