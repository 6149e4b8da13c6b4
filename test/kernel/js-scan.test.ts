// The frame table that the JavaScript kernel's scan makes (§5): what an entry says, where a scan stops, and
// what is carried to the next.

import { describe, expect, it } from 'vitest';
import {
  FLAG_CHECK as CHECK,
  FLAG_COMPRESSED as COMPRESSED,
  FLAG_END as END,
  FLAG_ERROR as ERROR,
  FLAG_FIN as FIN,
  FLAG_FIRST as FIRST,
  FLAG_NON_ASCII as NON_ASCII,
  FLAG_START as START,
} from '../../src/kernel/frame-table.ts';
import { JsScan, JsScans } from '../../src/kernel/js.ts';
import { TILE_BYTES } from '../../src/kernel/js-scan.ts';
import { MODE_SKIP_UTF8, MODE_STRINGS } from '../../src/kernel/modes.ts';
import {
  checkLength,
  RULE_LONG_LENGTHS,
  RULE_RSV1,
  RULE_SERVER,
} from '../../src/protocol/header-rules.ts';
import { VIOLATION } from '../../src/protocol/violations.ts';
import { equal, frame, hex, join, keyNumber, toHex, utf8 } from '../support/bytes.ts';

const KEY = [0x11, 0x22, 0x33, 0x44];
const WHOLE = FIN | START | END | FIRST;

const fresh = (rules: number = RULE_SERVER, maxPayload = 1e9) => ({
  ...{ rules, maxPayload, key: 0, remaining: 0, current: 0, fragmented: 0, messageLength: 0 },
});

const masked = (opcode: number, payload: Uint8Array, more: { fin?: boolean; rsv?: number } = {}) =>
  frame({ opcode, payload, key: KEY, ...more });

/** The entries, each as offset, length, flags, extra. */
function entriesOf({ table, count }: { table: Int32Array; count: number }): number[][] {
  return Array.from({ length: count }, (_, i) => [...table.subarray(4 * i, 4 * i + 4)]);
}

function scan(
  chunk: Uint8Array,
  state = fresh(),
  out: Uint8Array | null = chunk,
  from = 0,
  shortText = 0,
) {
  return new JsScan().scan(state, chunk, from, out, shortText);
}

describe('an entry', () => {
  const text = utf8('가나다');

  it.each([
    ['binary', masked(2, text), WHOLE | 2],
    ['ASCII', masked(1, utf8('abc')), WHOLE | 1],
    ['text', masked(1, text), WHOLE | 1 | NON_ASCII | CHECK],
    ['a fragment', masked(1, text, { fin: false }), START | END | FIRST | 1 | NON_ASCII],
    ['a ping', masked(9, text), FIN | START | END | 9],
    ['text of an extension', masked(1, text, { rsv: 0x40 }), WHOLE | 1 | COMPRESSED],
  ])('of %s says what it is', (_name, chunk, flags) => {
    const { length } = chunk;
    const payload = length - 6;
    const { table, count, used } = scan(chunk, fresh(RULE_SERVER | RULE_RSV1));
    expect(entriesOf({ table, count })).toEqual([[6, payload, flags, 0]]);
    expect(used).toBe(length);
  });

  it('of text that nobody validates asks for no check', () => {
    const flags = entriesOf(scan(masked(1, text), fresh(RULE_SERVER | MODE_SKIP_UTF8)))[0][2];
    expect(flags).toBe(WHOLE | 1 | NON_ASCII);
  });

  it.each([3, 31, 32, 33, 600])(
    'of a client’s %i bytes of text tells whether to look',
    (length) => {
      for (const rules of [0, MODE_STRINGS]) {
        const ascii = new Uint8Array(length).fill(0x61);
        const [[, , flags]] = entriesOf(scan(frame({ opcode: 1, payload: ascii }), fresh(rules)));
        expect(flags & ~(NON_ASCII | CHECK)).toBe(WHOLE | 1);
        // Nobody else looks where strings are wanted, or where it is short.
        if (rules === MODE_STRINGS || length < 32) expect(flags).toBe(WHOLE | 1);
        const other = ascii.slice();
        other[length - 1] = 0xff;
        const [[, , marked]] = entriesOf(scan(frame({ opcode: 1, payload: other }), fresh(rules)));
        expect(marked).toBe(WHOLE | 1 | NON_ASCII | CHECK);
        const [[, , binary]] = entriesOf(scan(frame({ opcode: 2, payload: other }), fresh(rules)));
        expect(binary).toBe(WHOLE | 2);
      }
    },
  );

  it.each([
    ['83 80 11 22 33 44', VIOLATION.RESERVED_OPCODE],
    ['80 80 11 22 33 44', VIOLATION.UNEXPECTED_CONTINUATION],
    ['82 00', VIOLATION.EXPECTED_MASK],
    ['82 fe 00 05 11 22 33 44', VIOLATION.NON_MINIMAL_PAYLOAD_LENGTH],
    ['82 fe 01 00 11 22 33 44', VIOLATION.UNSUPPORTED_MESSAGE_LENGTH],
  ])('of an error, %s, names the rule and where, and is the last', (text, violation) => {
    const before = masked(2, hex('01 02'));
    const chunk = join(before, hex(text), before);
    const result = scan(chunk, fresh(RULE_SERVER, 200));
    expect(entriesOf(result)).toEqual([
      [6, 2, WHOLE | 2, 0],
      [before.length, 0, ERROR, violation],
    ]);
    expect(result.used).toBe(before.length);
  });
});

describe('a scan stops', () => {
  it.each(['82', '82 80 11 22 33', '82 fe 01', '82 ff 00 00 00 00 00 01 00 00 11 22 33'])(
    'before a header cut off: %s',
    (text) => {
      const before = masked(2, hex('01'));
      const result = scan(join(before, hex(text)));
      expect([result.count, result.used]).toEqual([1, before.length]);
      expect(scan(hex(text)).count).toBe(0);
    },
  );

  it('where the table is full', () => {
    const chunk = join(...Array<Uint8Array>(1100).fill(masked(2, new Uint8Array(0))));
    const result = scan(chunk);
    expect([result.count, result.used]).toEqual([1024, 6 * 1024]);
  });

  it('before short text where that is another’s, but not before the first', () => {
    const short = frame({ opcode: 1, payload: utf8('short') });
    const long = frame({ opcode: 1, payload: utf8('0123456789') });
    const binary = frame({ opcode: 2, payload: utf8('short') });
    const stream = (...frames: Uint8Array[]) => {
      const chunk = join(...frames);
      return scan(chunk, fresh(0), null, 0, 10).count;
    };
    expect(stream(short, binary, long, short)).toBe(3);
    expect(stream(long, long, binary)).toBe(3);
    expect(stream(short, short)).toBe(1);
  });

  it('before a frame that the tile cuts, unless it is the first, or no tile holds it', () => {
    const fits = masked(2, new Uint8Array(TILE_BYTES - 8));
    const tooLarge = masked(2, new Uint8Array(TILE_BYTES - 7));
    const small = masked(2, new Uint8Array(100));
    const counts = (...frames: Uint8Array[]) => {
      const result = scan(join(...frames), fresh(), null);
      return [result.count, result.used];
    };
    expect([fits.length, tooLarge.length]).toEqual([TILE_BYTES, TILE_BYTES + 1]);
    expect(counts(small, fits)).toEqual([1, small.length]);
    expect(counts(small, small, fits)).toEqual([2, 2 * small.length]);
    for (const [beyond, ...expected] of [
      [-1, 2, TILE_BYTES - 1],
      [0, 2, TILE_BYTES],
      [1, 1, small.length],
      [9, 1, small.length],
    ]) {
      const edge = masked(2, new Uint8Array(TILE_BYTES - small.length - 8 + beyond));
      expect(counts(small, edge, small)).toEqual(expected);
    }
    expect(counts(small, tooLarge)).toEqual([2, TILE_BYTES]);
    expect(counts(fits, small)).toEqual([1, TILE_BYTES]);
    expect(counts(tooLarge, small)).toEqual([1, TILE_BYTES]);
  });
});

describe('what is carried on', () => {
  it('of a frame cut in two: its key turned, what is left, and its message', () => {
    const payload = Uint8Array.from({ length: 50 }, (_, i) => i);
    const chunk = masked(2, payload, { fin: false });
    const state = fresh();
    const first = scan(chunk.subarray(0, 6 + 21), state);
    expect(entriesOf(first)).toEqual([[6, 21, START | FIRST | 2, 0]]);
    expect(state).toMatchObject({ remaining: 29, current: FIRST | 2, fragmented: 2 });
    expect(state).toMatchObject({
      key: keyNumber([0x22, 0x33, 0x44, 0x11]),
      messageLength: 50,
    });
    const rest = chunk.subarray(27);
    expect(entriesOf(scan(rest, state))).toEqual([[0, 29, END | FIRST | 2, 0]]);
    expect(state).toMatchObject({ remaining: 0, current: 0, fragmented: 2, messageLength: 50 });
    expect(toHex(chunk.subarray(6))).toBe(toHex(payload));
  });

  it('of a message in fragments: its opcode until it ends, control frames between', () => {
    const state = fresh(RULE_SERVER | RULE_RSV1);
    const chunk = join(
      masked(1, utf8('a'), { fin: false, rsv: 0x40 }),
      masked(9, new Uint8Array(0)),
      masked(0, utf8('bc'), { fin: false }),
    );
    const flags = entriesOf(scan(chunk, state)).map(([, , flag]) => flag);
    expect(flags).toEqual([
      START | END | FIRST | COMPRESSED | 1,
      FIN | START | END | 9,
      START | END | COMPRESSED | 1,
    ]);
    expect(state).toMatchObject({ fragmented: COMPRESSED | 1, messageLength: 3, current: 0 });
    const last = entriesOf(scan(masked(0, utf8('d')), state));
    expect(last).toEqual([[6, 1, FIN | START | END | COMPRESSED | 1, 0]]);
    expect(state).toMatchObject({ fragmented: 0, messageLength: 0 });
  });
});

describe('the payloads', () => {
  const payload = Uint8Array.from({ length: 700 }, (_, i) => i * 3);
  const stream = join(hex('00 00 00'), masked(2, payload));

  it('end up in the chunk, in another array, or in memory of the scan’s', () => {
    for (const place of ['chunk', 'other', 'none']) {
      const chunk = stream.slice();
      const out = { chunk, other: new Uint8Array(chunk.length), none: null }[place] as Uint8Array;
      const result = scan(chunk, fresh(), out, 3);
      const at = result.base + result.table[0];
      expect(equal(result.source.subarray(at, at + 700), payload), place).toBe(true);
      expect(equal(chunk, stream), place).toBe(place !== 'chunk');
      if (out !== null) expect([result.source, result.base]).toEqual([out, 3]);
    }
  });

  it('of a client stay where they are', () => {
    const chunk = join(hex('00'), frame({ opcode: 2, payload }));
    const { source, base, table } = scan(chunk, fresh(0), new Uint8Array(chunk.length), 1);
    expect([source === chunk, base, table[0]]).toEqual([true, 1, 4]);
  });
});

describe('the rules of a length (§5.2)', () => {
  it.each([
    [125, 125, 0, 0],
    [126, 126, 0, 0],
    [125, 126, 0, VIOLATION.NON_MINIMAL_PAYLOAD_LENGTH],
    [125, 126, RULE_LONG_LENGTHS, 0],
    [65_535, 127, 0, VIOLATION.NON_MINIMAL_PAYLOAD_LENGTH],
    [65_535, 127 | 0x80, RULE_LONG_LENGTHS, 0],
    [65_536, 127 | 0x80, 0, 0],
    [2 ** 53 - 1, 127, 0, 0],
    [2 ** 53, 127, RULE_LONG_LENGTHS, VIOLATION.UNSUPPORTED_DATA_PAYLOAD_LENGTH],
  ])('%i bytes in form %i, rules %i: %i', (length, second, rules, expected) => {
    expect(checkLength(length, second, rules)).toBe(expected);
  });
});

describe('scanners', () => {
  it('are made once for every depth', () => {
    const scans = new JsScans();
    const outer = scans.at(0);
    expect(scans.at(0)).toBe(outer);
    expect(scans.at(1)).not.toBe(outer);
    expect(scans.at(1)).toBe(scans.at(1));
  });
});
