// Masking (§5.3): every alignment, length and key phase against the naive loop, with canaries; every road
// of the kernel: mask in place, mask from one place to another, seal, and scan.

import { describe, expect, it } from 'vitest';
import { rotateKey } from '../../src/kernel/js-mask.ts';
import { selectKernel } from '../../src/kernel/select.ts';
import { equal, frame, guarded, keyNumber, naiveMask } from '../support/bytes.ts';
import { Random } from '../support/random.ts';

const kernel = selectKernel();
const random = new Random(1);
const KEYS = [
  [0x37, 0xfa, 0x21, 0x3d],
  [0, 0, 0, 0],
  [0xff, 0x80, 0x7f, 0x01],
];
/** Every length to 260, and three on either side of every tile edge. */
const EDGES = [1024, 4096, 16384, 16398, 32768, 65536, 65600, 131072];
const LENGTHS = [...Array(261).keys()];
const EDGE_LENGTHS = EDGES.flatMap((edge) => [-3, -2, -1, 0, 1, 2, 3].map((by) => edge + by));

/** Fails with the case named; a comparison of arrays would drown it. */
function same(actual: Uint8Array, expected: Uint8Array, name: string): void {
  if (!equal(actual, expected)) expect.fail(`differs from the naive loop: ${name}`);
}

describe('mask', () => {
  it.each(KEYS.map((key) => [key]))('in place, key %j', (key) => {
    for (let alignment = 0; alignment < 16; alignment++) {
      for (const length of LENGTHS) {
        const payload = random.bytes(length);
        const { inside, isIntact } = guarded(length, alignment);
        inside.set(payload);
        const nonAscii = kernel.mask(inside, keyNumber(key), inside, 0, length);
        const name = `alignment ${alignment}, length ${length}`;
        same(inside, naiveMask(payload, key), name);
        if (!isIntact()) expect.fail(`touched its neighbours: ${name}`);
        const isAscii = inside.every((byte) => byte < 0x80);
        if ((nonAscii === 0) !== isAscii) expect.fail(`non-ASCII: ${name}`);
      }
    }
  });

  it('from one place to another, at every phase', () => {
    const key = KEYS[0];
    for (let alignment = 0; alignment < 16; alignment++) {
      for (const length of LENGTHS) {
        const phase = length % 4;
        const payload = random.bytes(length);
        const { inside, isIntact } = guarded(length + 7, alignment);
        inside.fill(0xee);
        const turned = [0, 1, 2, 3].map((i) => key[(i + phase) % 4]);
        kernel.mask(payload.slice(), keyNumber(turned), inside, 3, length);
        const name = `alignment ${alignment}, length ${length}, phase ${phase}`;
        same(inside.subarray(3, 3 + length), naiveMask(payload, key, phase), name);
        const rest = [...inside.subarray(0, 3), ...inside.subarray(3 + length)];
        if (rest.some((byte) => byte !== 0xee)) expect.fail(`touched its neighbours: ${name}`);
        if (!isIntact()) expect.fail(`touched its neighbours: ${name}`);
      }
    }
  });

  it.each([5, 100, 5000])(
    '%i bytes, elsewhere in the same memory, or at the same place of other',
    (length) => {
      const payload = random.bytes(length);
      const memory = new Uint8Array(2 * length);
      memory.set(payload);
      kernel.mask(memory.subarray(0, length), keyNumber(KEYS[0]), memory, length, length);
      same(memory.subarray(0, length), payload, 'the source');
      same(memory.subarray(length), naiveMask(payload, KEYS[0]), 'the same memory');
      const other = new Uint8Array(length);
      kernel.mask(payload, keyNumber(KEYS[0]), other, 0, length);
      same(other, naiveMask(payload, KEYS[0]), 'other memory');
    },
  );

  it.each(EDGE_LENGTHS)('around a tile edge: %i bytes', (length) => {
    const payload = random.bytes(length);
    const { inside, isIntact } = guarded(length, length % 16);
    inside.set(payload);
    kernel.mask(inside, keyNumber(KEYS[0]), inside, 0, length);
    same(inside, naiveMask(payload, KEYS[0]), 'in place');
    expect(isIntact()).toBe(true);
  });

  it('in pieces, the key carried on, is the same as at once', () => {
    const payload = random.bytes(1000);
    const whole = naiveMask(payload, KEYS[0]);
    for (let cut = 0; cut <= 1000; cut += 37) {
      const masked = payload.slice();
      const key = keyNumber(KEYS[0]);
      kernel.mask(masked.subarray(0, cut), key, masked, 0, cut);
      kernel.mask(masked.subarray(cut), rotateKey(key, cut), masked, cut, 1000 - cut);
      same(masked, whole, `cut at ${cut}`);
    }
  });
});

describe('seal', () => {
  it.each([0, 1, 15, 16, 17, 63, 64, 125, 126, 127, 1000, 4095, 30000])(
    'builds a masked frame of %i bytes as the diagram has it',
    (length) => {
      const payload = random.bytes(length);
      const expected = frame({ opcode: 2, payload, key: KEYS[0] });
      const { bytes } = kernel.staging;
      for (const at of [0, 1, 2, 3, 7, 13]) {
        bytes.fill(0xa5, 0, at + expected.length + 32);
        bytes.set(payload, at + expected.length - length);
        expect(kernel.seal(at, 0x82, length, keyNumber(KEYS[0]))).toBe(at + expected.length);
        same(bytes.subarray(at, at + expected.length), expected, `at ${at}`);
        const around = [
          ...bytes.subarray(0, at),
          ...bytes.subarray(at + expected.length, at + expected.length + 32),
        ];
        expect(around.every((byte) => byte === 0xa5)).toBe(true);
      }
    },
  );
});

describe('scan', () => {
  const fresh = () => ({
    rules: 1,
    maxPayload: 1e9,
    key: 0,
    remaining: 0,
    current: 0,
    fragmented: 0,
    messageLength: 0,
  });

  it('unmasks in place, every alignment and length, and leaves what is around alone', () => {
    for (let alignment = 0; alignment < 16; alignment++) {
      for (const length of [...LENGTHS, 1000, 16380]) {
        const key = random.key();
        const payload = random.bytes(length);
        const bytes = frame({ opcode: 2, payload, key });
        const { inside, isIntact } = guarded(bytes.length, alignment);
        inside.set(bytes);
        const scan = kernel.scan(fresh(), inside, 0, inside);
        const name = `alignment ${alignment}, length ${length}`;
        if (scan.count !== 1 || scan.used !== bytes.length) expect.fail(`not one frame: ${name}`);
        same(inside.subarray(bytes.length - length), payload, name);
        if (!isIntact()) expect.fail(`touched its neighbours: ${name}`);
      }
    }
  });

  it('reads the frames of many lengths in one chunk', () => {
    const payloads = LENGTHS.map((length) => random.bytes(length));
    const frames = payloads.map((payload) => frame({ opcode: 2, payload, key: random.key() }));
    const chunk = new Uint8Array(frames.flatMap((bytes) => [...bytes]));
    let from = 0;
    let seen = 0;
    const state = fresh();
    while (from < chunk.length) {
      const { count, used, table } = kernel.scan(state, chunk, from, chunk);
      expect(count).toBeGreaterThan(0);
      for (let i = 0; i < count; i++) {
        const at = from + table[4 * i];
        const length = table[4 * i + 1];
        same(chunk.subarray(at, at + length), payloads[seen++], `frame ${seen}`);
      }
      from += used;
    }
    expect(seen).toBe(payloads.length);
  });

  it('leaves the chunk as it came when the payloads are to go elsewhere', () => {
    const frames = Array.from({ length: 100 }, () =>
      frame({ opcode: 2, payload: random.bytes(40), key: random.key() }),
    );
    const chunk = new Uint8Array(frames.flatMap((bytes) => [...bytes]));
    for (const size of [46, chunk.length]) {
      for (const out of [null, new Uint8Array(size)]) {
        const bytes = chunk.slice(0, size);
        kernel.scan(fresh(), bytes, 0, out);
        same(bytes, chunk.subarray(0, size), `size ${size}`);
      }
    }
  });
});
