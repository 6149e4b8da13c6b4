// The smaller parts of the codec, one by one: bytes of all kinds, the slab, events, the rest of a scan.

import { describe, expect, it } from 'vitest';
import { isShared, toBytes } from '../../src/codec/bytes.ts';
import { fragmentsOf } from '../../src/codec/fragments.ts';
import { FrozenScan } from '../../src/codec/frozen-scan.ts';
import { ownSlab, ReusedSlab, sharedSlab } from '../../src/codec/slab.ts';
import { Decoder } from '../../src/index.ts';
import {
  FLAG_COMPRESSED,
  FLAG_END,
  FLAG_ERROR,
  FLAG_FIN,
  FLAG_FIRST,
  FLAG_START,
} from '../../src/kernel/frame-table.ts';
import type { Scan } from '../../src/kernel/kernel.ts';
import { detach, frame, hex, join, resizable, sharedBytes, toHex, utf8 } from '../support/bytes.ts';

describe('toBytes', () => {
  const source = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]);

  it.each([
    ['a Uint8Array', source.subarray(2, 6), '02030405'],
    ['a Uint16Array', new Uint16Array(source.buffer, 2, 2), '02030405'],
    ['a DataView', new DataView(source.buffer, 2, 4), '02030405'],
    ['an ArrayBuffer', source.buffer, '0001020304050607'],
    ['an empty view', new DataView(source.buffer, 3, 0), ''],
    ['shared memory', sharedBytes(2).buffer, '00'.repeat(65_536)],
  ])('gives the bytes of %s, where they lie', (_name, data, expected) => {
    const bytes = toBytes(data);
    expect(toHex(bytes)).toBe(expected);
    expect(bytes.buffer).toBe(ArrayBuffer.isView(data) ? data.buffer : data);
  });

  it('gives a Uint8Array as it is', () => {
    expect(toBytes(source)).toBe(source);
  });

  type View = new (memory: ArrayBuffer, offset?: number, length?: number) => ArrayBufferView;
  it.each<View>([Uint8Array, Uint16Array, DataView])('refuses a detached %o', (View) => {
    const memory = new ArrayBuffer(8);
    const view = new View(memory);
    detach(memory);
    expect(() => toBytes(view)).toThrow(TypeError);
  });

  it.each<View>([Uint8Array, Uint16Array, DataView])(
    'refuses a %o whose memory shrank below it, and takes an empty one',
    (View) => {
      const memory = resizable(8);
      const view = new View(memory, 0, 2);
      memory.resize(1);
      expect(() => toBytes(view)).toThrow(TypeError);
      expect(toBytes(new View(memory, 0, 0))).toHaveLength(0);
    },
  );

  it.each(['text', 7, null, undefined, [1], { byteLength: 1 }])('refuses %j', (wrong) => {
    const message = 'expected a Uint8Array, another view of bytes, or an ArrayBuffer';
    expect(() => toBytes(wrong as never)).toThrow(new TypeError(message));
  });

  it('knows shared memory from other', () => {
    expect([isShared(sharedBytes(1).buffer), isShared(new ArrayBuffer(1))]).toEqual([true, false]);
    expect([isShared({}), isShared(undefined)]).toEqual([false, false]);
  });
});

describe('a slab', () => {
  it('hands out memory side by side, and a new block when one is full', () => {
    const slab = sharedSlab(1000);
    expect([slab.reserve(1000), slab.block.length]).toEqual([0, 1000]);
    const { block } = slab;
    slab.commit(100);
    expect([slab.reserve(900), slab.block === block]).toEqual([100, true]);
    expect([slab.reserve(901), slab.block === block]).toEqual([0, false]);
    // What is not committed is handed out again.
    expect([slab.reserve(10), slab.reserve(20)]).toEqual([0, 0]);
  });

  it('makes a block as large as a reservation that no block would hold', () => {
    const slab = sharedSlab(100);
    expect([slab.reserve(500), slab.block.length]).toEqual([0, 500]);
  });

  it('replaces a block that was detached', () => {
    const slab = sharedSlab(64);
    slab.reserve(8);
    slab.commit(8);
    const { buffer } = slab.block;
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    expect([slab.reserve(8), slab.block.length]).toEqual([0, 64]);
  });

  describe('that is reused', () => {
    /** Fills `count` blocks as one batch; returns them. */
    function fill(slab: ReusedSlab, count: number): Uint8Array[] {
      const blocks = Array.from({ length: count }, () => {
        // Two do not fit in a block.
        slab.commit(slab.reserve(40_000) + 40_000);
        return slab.block;
      });
      slab.hold();
      return blocks;
    }

    it('begins again when every batch has left', () => {
      const slab = new ReusedSlab(8192);
      const first = fill(slab, 3);
      slab.hold();
      slab.release(true);
      slab.reserve(40_000);
      expect(first.includes(slab.block)).toBe(false);
      slab.release(true);
      expect(fill(slab, 4).filter((block) => first.includes(block))).toHaveLength(3);
    });

    it('gives up memory that somebody still reads', () => {
      const slab = new ReusedSlab(8192);
      const first = fill(slab, 3);
      slab.hold();
      slab.release(false);
      slab.release(true);
      expect(fill(slab, 9).some((block) => first.includes(block))).toBe(false);
    });

    it('keeps eight blocks at most', () => {
      const slab = new ReusedSlab(8192);
      const first = fill(slab, 100);
      slab.release(true);
      expect(fill(slab, 100).filter((block) => first.includes(block)).length).toBeLessThan(10);
    });
  });

  it('of one owner starts small and doubles', () => {
    const slab = ownSlab();
    const sizes = Array.from({ length: 8 }, () => {
      slab.reserve(1);
      slab.commit(slab.block.length);
      return slab.block.length;
    });
    expect(sizes).toEqual([1024, 2048, 4096, 8192, 16_384, 32_768, 32_768, 32_768]);
  });
});

describe('fragmentsOf', () => {
  const list = (data: string | Uint8Array, size: number) =>
    [...fragmentsOf(data, size)].map(({ opcode, payload, fin }) => [opcode, toHex(payload), fin]);

  it.each([
    ['', 3, [[1, '', true]]],
    ['abc', 3, [[1, '616263', true]]],
    [
      'abcd',
      3,
      [
        [1, '616263', false],
        [0, '64', true],
      ],
    ],
    [hex(''), 1, [[2, '', true]]],
    [
      hex('01 02'),
      1,
      [
        [2, '01', false],
        [0, '02', true],
      ],
    ],
  ])('%j by %i', (data, size, expected) => {
    expect(list(data, size)).toEqual(expected);
  });
});

describe('decode', () => {
  it('has an event for every handler', () => {
    const stream = join(
      frame({ opcode: 1, payload: utf8('text') }),
      frame({ opcode: 2, fin: false, payload: hex('01') }),
      frame({ opcode: 9, payload: hex('02') }),
      frame({ opcode: 10, payload: hex('03') }),
      frame({ opcode: 0, payload: hex('04') }),
      frame({ opcode: 8, payload: hex('03 e8 61') }),
    );
    const decoder = new Decoder({ role: 'client', delivery: 'copy', partial: true });
    const events = decoder.decode(stream).map((event) => {
      const { data, payload, ...rest } = { data: hex(''), payload: hex(''), ...event };
      return { ...rest, bytes: toHex(data) + toHex(payload) };
    });
    expect(events).toEqual([
      { type: 'message', isBinary: false, bytes: '74657874' },
      { type: 'part', isBinary: true, isLast: false, bytes: '01' },
      { type: 'ping', bytes: '02' },
      { type: 'pong', bytes: '03' },
      { type: 'part', isBinary: true, isLast: true, bytes: '04' },
      { type: 'close', code: 1000, reason: 'a', bytes: '' },
    ]);
  });
});

describe('the rest of a scan', () => {
  const WHOLE = FLAG_FIN | FLAG_START | FLAG_END | FLAG_FIRST;
  const source = Uint8Array.from({ length: 100 }, (_, i) => i);

  /** A scan of `used` bytes from index 10 of the source on. */
  const scanOf = (used: number, ...entries: number[][]): Scan => ({
    table: Int32Array.from([...entries.flat(), ...Array<number>(8).fill(77)]),
    count: entries.length,
    used,
    source,
    base: 10,
    text: (word) => `text ${word}`,
  });
  const text = (offset: number) => [offset, 3, WHOLE | 1, 0];

  it('holds the entries that are left, and the bytes scanned', () => {
    const scan = scanOf(20, [2, 3, WHOLE | 2, 0], [7, 4, WHOLE | 2, 0], [13, 7, WHOLE | 2, 0]);
    const rest = new FrozenScan(scan, 4, false);
    expect([...rest.table]).toEqual([7, 4, WHOLE | 2, 0, 13, 7, WHOLE | 2, 0]);
    expect([rest.count, rest.used, rest.base]).toEqual([2, 20, 0]);
    expect(toHex(rest.source)).toBe(toHex(source.subarray(10, 30)));
    expect(rest.source.buffer).not.toBe(source.buffer);
    expect(rest.bytes).toBe(2 * 16 + 20);
    expect(() => rest.text(0)).toThrow('no text was kept of the entry at word 0');
  });

  it('has the texts made, of whole messages and nothing else', () => {
    const others = [
      [0, 1, WHOLE | 2, 0],
      [0, 1, WHOLE | 9, 0],
      [0, 1, (WHOLE & ~FLAG_FIN) | 1, 0],
      [0, 1, (WHOLE & ~FLAG_FIRST) | 1, 0],
      [0, 1, (WHOLE & ~FLAG_START) | 1, 0],
      [0, 1, (WHOLE & ~FLAG_END) | 1, 0],
      [0, 1, WHOLE | FLAG_COMPRESSED | 1, 0],
      [0, 1, WHOLE | FLAG_ERROR | 1, 0],
    ];
    const rest = new FrozenScan(scanOf(20, text(0), ...others, text(4)), 0, true);
    expect([rest.text(0), rest.text(36)]).toEqual(['text 0', 'text 36']);
    others.forEach((_, i) => {
      const word = 4 * (i + 1);
      expect(() => rest.text(word)).toThrow(`no text was kept of the entry at word ${word}`);
    });
    expect(rest.bytes).toBe(10 * 16 + 20 + 2 * ('text '.length * 2 + 64) + 2 + 4);
  });

  it.each([
    ['a header', 30, [30, 0, FLAG_ERROR, 3], 32],
    ['text', 30, [36, 9, FLAG_ERROR, 13], 45],
    ['what has been scanned', 40, [30, 5, FLAG_ERROR, 13], 40],
  ])('reaches over %s at fault, which the error names', (_name, used, error, length) => {
    expect(new FrozenScan(scanOf(used, text(0), error), 0, false).source.length).toBe(length);
  });

  it('of nothing is nothing', () => {
    const rest = new FrozenScan(scanOf(5), 0, true);
    expect([rest.count, rest.source.length, rest.bytes]).toEqual([0, 0, 0]);
  });
});
