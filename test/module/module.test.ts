// The WebAssembly module by itself: what it exports, that it imports nothing and stays small, and its
// validator and transcoder over whole ranges of sequences, which the kernel reaches only in part where the
// platform has a validator of its own.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as table from '../../src/kernel/frame-table.ts';
import * as modes from '../../src/kernel/modes.ts';
import { WASM_BASE64, WASM_SHA256 } from '../../src/kernel/wasm-module.gen.ts';
import * as rules from '../../src/protocol/header-rules.ts';
import { VIOLATION } from '../../src/protocol/violations.ts';
import { keyNumber, naiveMask, utf8 } from '../support/bytes.ts';
import { judge } from '../support/naive-utf8.ts';

const bytes = Buffer.from(WASM_BASE64, 'base64');
const module = new WebAssembly.Module(bytes);
const { exports } = new WebAssembly.Instance(module, {});
const memory = exports.memory as WebAssembly.Memory;
const u8 = new Uint8Array(memory.buffer);
const at = (name: string): number => (exports[name] as WebAssembly.Global).value;
const call = (name: string, ...args: number[]): number =>
  (exports[name] as (...args: number[]) => number)(...args);

describe('the module', () => {
  it('imports nothing, is at most 8 KiB, and its memory cannot grow', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    expect(bytes.length).toBeLessThanOrEqual(8192);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  it('is what its hash says', async () => {
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
    expect(digest).toBe(WASM_SHA256);
  });

  it('exports what the kernel takes from it, and no more', () => {
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(names.sort()).toEqual(
      [
        ...['ENTRY_BYTES', 'INPUT', 'INPUT_BYTES', 'SCRATCH', 'SCRATCH_BYTES', 'STAGING'],
        ...['STAGING_BYTES', 'STATE', 'TABLE', 'TABLE_ENTRIES', 'UTF16'],
        ...['mask', 'memory', 'scan', 'seal', 'transcode', 'validate'],
      ].sort(),
    );
  });

  it('keeps its regions apart, with 64 spare bytes around each', () => {
    const table = at('TABLE_ENTRIES') * at('ENTRY_BYTES');
    const regions = [
      [at('STATE'), 64],
      [at('TABLE'), table],
      [at('INPUT'), at('INPUT_BYTES')],
      [at('UTF16'), at('INPUT_BYTES') * 2],
      [at('SCRATCH'), at('SCRATCH_BYTES')],
      [at('STAGING'), at('STAGING_BYTES')],
      [0x61300, 4096],
      [memory.buffer.byteLength, 0],
    ];
    for (let i = 1; i < regions.length; i++) {
      expect(regions[i][0] - regions[i - 1][0] - regions[i - 1][1]).toBeGreaterThanOrEqual(64);
    }
  });

  it('has the constants of assembly/layout.ts in common with src/', () => {
    const layout = readFileSync(new URL('../../assembly/layout.ts', import.meta.url), 'utf8');
    const constants = new Map(
      [...layout.matchAll(/export const (\w+): \w+ = (\w+);/g)].map(([, name, value]) => [
        name,
        Number(value),
      ]),
    );
    const shared = Object.entries({ ...table, ...modes, ...rules }).filter(([name]) =>
      /^(FLAG|MODE|RULE)_/.test(name),
    );
    expect(shared.length).toBe(15);
    for (const [name, value] of shared) {
      // Means nothing to the module.
      if (name !== 'MODE_PARTS') expect(constants.get(name), name).toBe(value);
    }
    const violations = Object.entries(VIOLATION).filter(([, number]) => number <= 13);
    for (const [name, number] of violations) expect(constants.get(name), name).toBe(number);
    for (const name of ['STATE', 'TABLE', 'INPUT', 'UTF16', 'SCRATCH', 'STAGING']) {
      expect(constants.get(name)).toBe(at(name));
    }
  });
});

describe('mask', () => {
  it('at every alignment, round the lengths where its loops change', () => {
    const key = [0x37, 0xfa, 0x21, 0x3d];
    const lengths = [0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 2047, 2048, 2049, 2063, 2064, 4100];
    for (let alignment = 0; alignment < 16; alignment++) {
      for (const length of lengths) {
        const from = at('SCRATCH') + 64 + alignment;
        u8.fill(0xa5, from - 64, from + length + 64);
        const payload = Uint8Array.from({ length }, (_, i) => i * 7);
        u8.set(payload, from);
        const nonAscii = call('mask', from, length, keyNumber(key));
        const name = `alignment ${alignment}, length ${length}`;
        expect(Buffer.compare(u8.slice(from, from + length), naiveMask(payload, key)), name).toBe(
          0,
        );
        const around = [
          ...u8.subarray(from - 64, from),
          ...u8.subarray(from + length, from + length + 64),
        ];
        expect(
          around.every((byte) => byte === 0xa5),
          name,
        ).toBe(true);
        const isAscii = u8.subarray(from, from + length).every((byte) => byte < 0x80);
        expect(nonAscii === 0, name).toBe(isAscii);
      }
    }
  });
});

/** Text in the scratch region, the bytes before it as they happen to be. */
function validate(length: number, pending = 0): number {
  return call('validate', at('SCRATCH') + 1, length, pending);
}

describe('validate, exhaustively', () => {
  const begin = at('SCRATCH') + 1;

  it('every sequence of one, two and three bytes', { timeout: 120_000 }, () => {
    const three = new Uint8Array(3);
    const tails = [0x61, 0x80];
    for (let a = 0; a < 256; a++) {
      u8[begin] = three[0] = a;
      for (let b = 0; b < 256; b++) {
        u8[begin + 1] = three[1] = b;
        const two = judge(three.subarray(0, 2));
        // What two bytes make wrong no third one mends; of the rest every third byte is tried.
        const thirds = two.kind === 'invalid' ? tails : Array(256).keys();
        if (!agrees(two.kind, validate(2))) expect.fail(`${a} ${b}`);
        for (const c of thirds) {
          u8[begin + 2] = three[2] = c;
          if (!agrees(judge(three).kind, validate(3))) expect.fail(`${a} ${b} ${c}`);
        }
      }
    }
  });

  it('every character of four bytes, and all that begins like one', { timeout: 120_000 }, () => {
    const four = new Uint8Array(4);
    for (let a = 0xf0; a < 256; a++) {
      for (let b = 0; b < 256; b++) {
        for (const c of [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]) {
          for (const d of [0x00, 0x7f, 0x80, 0xa5, 0xbf, 0xc0, 0xf0, 0xff]) {
            four.set([a, b, c, d]);
            u8.set(four, begin);
            if (!agrees(judge(four).kind, validate(4))) expect.fail(`${a} ${b} ${c} ${d}`);
          }
        }
      }
    }
  });

  it('every code point, in long text, at every offset of a vector', () => {
    let text = '';
    for (let point = 0; point < 0x110000; point += 1) {
      if (point >= 0xd800 && point < 0xe000) continue;
      text += String.fromCodePoint(point);
      if (text.length < 8000 && point < 0x10ffff) continue;
      const encoded = utf8(text);
      for (const offset of [0, 1, 2, 3, 5, 8, 13]) {
        u8.fill(0x61, begin, begin + offset);
        u8.set(encoded, begin + offset);
        if (validate(offset + encoded.length) !== 0) expect.fail(`up to ${point.toString(16)}`);
      }
      text = '';
    }
  });

  it('a fault at every position of three vectors, at every alignment', () => {
    for (let alignment = 0; alignment < 16; alignment++) {
      const from = at('SCRATCH') + 16 + alignment;
      for (const filler of [[0x61], [0xc3, 0xa9], [0xea, 0xb0, 0x80], [0xf0, 0x9f, 0x98, 0x80]]) {
        const length = 96;
        for (let i = 0; i < length; i++) u8[from + i] = filler[i % filler.length];
        expect(call('validate', from, length, 0)).toBe(0);
        for (let i = 0; i < length; i++) {
          const before = u8[from + i];
          for (const wrong of [0xff, 0xc0, 0x80, 0x61, 0xf5]) {
            u8[from + i] = wrong;
            const verdict = judge(u8.slice(from, from + length)).kind;
            if (!agrees(verdict, call('validate', from, length, 0))) {
              expect.fail(`${wrong} at ${i} of ${filler}, alignment ${alignment}`);
            }
          }
          u8[from + i] = before;
        }
      }
    }
  });

  it('puts back the four bytes before the text', () => {
    u8.set([1, 2, 3, 4], begin - 4);
    u8.set(utf8('안녕하세요 여러분'), begin);
    expect(validate(20, 0x95ec0000 | 0)).not.toBe(0);
    expect([...u8.subarray(begin - 4, begin)]).toEqual([1, 2, 3, 4]);
  });
});

describe('transcode', () => {
  it('gives every code point, at every offset of a vector, and touches nothing far behind', () => {
    const to = at('UTF16');
    for (const offset of [0, 1, 2, 5, 15]) {
      let text = 'x'.repeat(offset);
      for (let point = 0; point < 0x110000; point += 7) {
        if (point < 0xd800 || point >= 0xe000) text += String.fromCodePoint(point);
        if (text.length < 5000 && point + 7 < 0x110000) continue;
        const encoded = utf8(text);
        u8.set(encoded, at('SCRATCH'));
        u8.fill(0xa5, to, to + text.length * 2 + 96);
        const end = call('transcode', to, at('SCRATCH'), encoded.length);
        expect(end - to).toBe(text.length * 2);
        if (Buffer.from(u8.slice(to, end)).toString('utf16le') !== text) expect.fail(`at ${point}`);
        expect(u8.subarray(end + 32, end + 64).every((byte) => byte === 0xa5)).toBe(true);
        text = 'x'.repeat(offset);
      }
    }
  });
});

function agrees(kind: string, result: number): boolean {
  if (kind === 'valid') return result === 0;
  return kind === 'cut' ? result !== 0 && result !== -1 : result === -1;
}
