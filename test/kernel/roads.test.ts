// Which road a chunk takes in the WebAssembly kernel, and how much of it at once: what ARCHITECTURE.md draws as
// a table. The edges were measured by bench/receive; that they are where they are is what is tested.

import { describe, expect, it } from 'vitest';
import { FLAG_FIN, FLAG_FIRST } from '../../src/kernel/frame-table.ts';
import type { ScanState } from '../../src/kernel/kernel.ts';
import { MODE_PARTS } from '../../src/kernel/modes.ts';
import { selectKernel } from '../../src/kernel/select.ts';
import { RULE_SERVER } from '../../src/protocol/header-rules.ts';
import { equal, frame, join, naiveMask } from '../support/bytes.ts';

const kernel = selectKernel('wasm');
const KEY = [0x37, 0xfa, 0x21, 0x3d];
const TILE = 16_384 + 14;
/** What the module holds at once. */
const INPUT = 0x10040;

const fresh = (rules: number, more: Partial<ScanState> = {}): ScanState => ({
  ...{ rules, maxPayload: 1e12, key: 0, remaining: 0, current: 0, fragmented: 0, messageLength: 0 },
  ...more,
});
const masked = (length: number, opcode = 2) =>
  frame({ opcode, payload: new Uint8Array(length).fill(0x61), key: KEY });
const plain = (length: number, opcode = 1) =>
  frame({ opcode, payload: new Uint8Array(length).fill(0x61) });

type Out = 'in place' | 'elsewhere';

/** Scans; tells which road it took, how many entries there are, and how many bytes were used. */
function scan(chunk: Uint8Array, state = fresh(RULE_SERVER), place: Out = 'elsewhere', from = 0) {
  const { table, count, used } = kernel.scan(
    state,
    chunk,
    from,
    place === 'in place' ? chunk : null,
  );
  const road = table.buffer.byteLength === 7 * 65_536 ? 'module' : 'JavaScript';
  return { road, count, used };
}

describe('a server’s chunk', () => {
  it.each([
    [48, 'elsewhere', 'JavaScript'],
    [49, 'elsewhere', 'module'],
    [104, 'in place', 'JavaScript'],
    [105, 'in place', 'module'],
  ] as const)('of %i bytes, unmasked %s, is scanned by %s', (length, place, road) => {
    const chunk = masked(length - 6);
    expect(scan(chunk, undefined, place)).toEqual({ road, count: 1, used: length });
    // What lies before counts for nothing.
    const behind = join(new Uint8Array(50), chunk);
    expect(scan(behind, undefined, place, 50)).toEqual({ road, count: 1, used: length });
  });

  it('within a walk is scanned in JavaScript, whatever its length', () => {
    kernel.depth++;
    try {
      expect(scan(masked(10_000))).toMatchObject({ road: 'JavaScript', count: 1 });
    } finally {
      kernel.depth--;
    }
  });
});

describe('a client’s chunk', () => {
  it.each([
    ['binary', plain(500, 2), 'JavaScript'],
    ['short text', plain(500), 'module'],
    ['text of 125 bytes', plain(125), 'module'],
    ['text of 1,023 bytes', plain(1023), 'module'],
    ['text of 1,024 bytes', plain(1024), 'JavaScript'],
    ['text of 64 KiB', plain(65_536), 'JavaScript'],
    ['a ping', join(plain(100, 9), plain(100)), 'JavaScript'],
  ])('that begins with %s is scanned by %s', (_name, chunk, road) => {
    expect(scan(chunk, fresh(0)).road).toBe(road);
    expect(scan(join(new Uint8Array(9), chunk), fresh(0), 'elsewhere', 9).road).toBe(road);
  });

  it('in JavaScript, up to the short text that is the module’s', () => {
    const binary = plain(500, 2);
    const chunk = join(binary, plain(1024), binary, plain(1023), binary);
    const used = 2 * binary.length + 1028;
    expect(scan(chunk, fresh(0))).toEqual({ road: 'JavaScript', count: 3, used });
    const rest = { road: 'module', count: 2, used: chunk.length - used };
    expect(scan(chunk, fresh(0), 'elsewhere', used)).toEqual(rest);
  });

  it.each([
    [1, 1023, 'module'],
    [1, 1024, 'JavaScript'],
    [2, 500, 'JavaScript'],
  ])('inside a frame of opcode %i, %i bytes to come: %s', (opcode, remaining, road) => {
    const state = fresh(0, { current: FLAG_FIN | opcode, fragmented: opcode, remaining });
    expect(scan(new Uint8Array(2000).fill(0x61), state).road).toBe(road);
  });
});

describe('the module takes at once', () => {
  const used = (chunk: Uint8Array, place: Out = 'elsewhere', more: Partial<ScanState> = {}) =>
    scan(chunk, fresh(more.rules ?? RULE_SERVER, more), place).used;
  const small = masked(100);
  const many = join(...Array<Uint8Array>(500).fill(small));
  /** Frames of 106 bytes that a tile holds whole. */
  const inTile = Math.floor(TILE / small.length) * small.length;

  it('a tile of small frames', () => {
    expect(many.length).toBeGreaterThan(2 * TILE);
    expect([used(many), used(many, 'in place')]).toEqual([inTile, inTile]);
    // Where there is no more, what there is of the next, too.
    expect(used(many.subarray(0, TILE))).toBe(TILE);
  });

  it('a frame that is as large as a tile, whole', () => {
    const chunk = join(masked(TILE - 8), small);
    expect([used(chunk), used(chunk, 'in place')]).toEqual([TILE, TILE]);
  });

  it.each([TILE - 6, 40_000, 65_536 - 14])(
    'a larger one of %i bytes: whole, or its header',
    (length) => {
      const chunk = join(masked(length), small);
      const header = chunk.length - small.length - length;
      expect(used(chunk)).toBe(header + length);
      expect(used(chunk, 'in place')).toBe(header);
      expect(used(chunk.subarray(0, header + length - 1))).toBe(header);
    },
  );

  it('the header of one that is larger than what the module holds', () => {
    const chunk = masked(70_000);
    expect([used(chunk), used(chunk, 'in place')]).toEqual([14, 14]);
  });

  it('as much of it as there is, where parts are wanted', () => {
    const rules = RULE_SERVER | MODE_PARTS;
    expect(used(masked(70_000), 'elsewhere', { rules })).toBe(INPUT);
    expect(used(masked(70_000), 'in place', { rules })).toBe(INPUT);
    const chunk = join(masked(40_000), small);
    expect(used(chunk, 'in place', { rules })).toBe(40_008);
  });

  it('the rest of a frame in progress, or a tile behind the end of it', () => {
    const more = { current: FLAG_FIN | FLAG_FIRST | 2, fragmented: 2, messageLength: 1 };
    const rest = (remaining: number) => ({ ...more, remaining });
    const zeros = new Uint8Array(100_000);
    expect(used(zeros, 'elsewhere', rest(40_000))).toBe(40_000);
    expect(used(zeros, 'elsewhere', rest(90_000))).toBe(INPUT);
    expect(used(zeros.subarray(0, 30_000), 'elsewhere', rest(40_000))).toBe(30_000);
    const behind = join(zeros.subarray(0, 50), many);
    expect(used(behind, 'elsewhere', rest(50))).toBe(
      50 + Math.floor((TILE - 50) / small.length) * small.length,
    );
    const exact = join(zeros.subarray(0, TILE), many);
    expect(used(exact, 'elsewhere', rest(TILE))).toBe(TILE);
  });
});

describe('what is copied back', () => {
  const payload = Uint8Array.from({ length: 300 }, (_, i) => i);
  const one = frame({ opcode: 2, payload, key: KEY });

  it.each([0, 1, 150, 300])('is whole frames, not the %i bytes of one cut off', (here) => {
    const cut = join(one, one.subarray(0, one.length - payload.length + here));
    for (const [rules, copied] of [
      [RULE_SERVER, here === 300],
      [RULE_SERVER | MODE_PARTS, true],
    ] as const) {
      const chunk = cut.slice();
      expect(scan(chunk, fresh(rules), 'in place').count).toBe(2);
      expect(equal(chunk.subarray(8, 308), payload)).toBe(true);
      const last = copied ? payload : naiveMask(payload, KEY);
      expect(equal(chunk.subarray(316), last.subarray(0, here)), `rules ${rules}`).toBe(true);
    }
  });

  it('is not the end of a frame begun before, unless parts are wanted', () => {
    for (const rules of [RULE_SERVER, RULE_SERVER | MODE_PARTS]) {
      const masking = { key: 0x01010101, remaining: 200, current: FLAG_FIN | FLAG_FIRST | 2 };
      const chunk = join(new Uint8Array(200), one);
      const state = fresh(rules, { ...masking, fragmented: 2, messageLength: 200 });
      expect(scan(chunk, state, 'in place')).toMatchObject({ road: 'module', count: 2 });
      const isPart = (rules & MODE_PARTS) !== 0;
      expect(chunk[0]).toBe(isPart ? 1 : 0);
      expect(equal(chunk.subarray(208), payload)).toBe(true);
    }
  });

  it('is nothing where there is nothing whole, and nothing of a client', () => {
    const chunk = one.slice(0, 200);
    scan(chunk, undefined, 'in place');
    expect(equal(chunk, one.subarray(0, 200))).toBe(true);
    const header = join(new Uint8Array(0), one.subarray(0, 3));
    expect(scan(header, undefined, 'in place').count).toBe(0);
  });
});
