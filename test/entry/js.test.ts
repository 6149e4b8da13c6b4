// `wsimd/js`: the same names and the same bytes as `wsimd`, on the JavaScript kernel and no other.

import { describe, expect, it } from 'vitest';
import * as main from '../../src/index.ts';
import * as js from '../../src/js.ts';
import { hex, keyNumber, toHex, utf8 } from '../support/bytes.ts';

const maskingKey = () => keyNumber([1, 2, 3, 4]);

it('exports what wsimd does', () => {
  expect(Object.keys(js).sort()).toEqual(Object.keys(main).sort());
});

describe('its functions', () => {
  it('give what those of wsimd give', () => {
    for (const length of [0, 3, 200]) {
      const bytes = utf8('안녕하세요 '.repeat(40)).slice(0, length);
      const [mine, theirs] = [bytes.slice(), bytes.slice()];
      expect(js.unmask(mine, 0x8badf00d)).toBe(main.unmask(theirs, 0x8badf00d));
      expect(toHex(mine)).toBe(toHex(theirs));
      const output = new Uint8Array(length + 2);
      expect(js.mask(mine, 0x8badf00d, output, 1)).toBe(main.mask(theirs, 0x8badf00d));
      expect(toHex(output)).toBe(`00${toHex(theirs)}00`);
      expect(js.mask(mine, 0)).toBe(0);
      expect(js.isValidUTF8(bytes)).toBe(main.isValidUTF8(bytes));
    }
  });

  it('say what runs, at once', async () => {
    expect(js.backend()).toBe('js');
    expect(await js.ready()).toBe('js');
    expect(await js.ready(Promise.reject(new Error('offline')))).toBe('js');
  });
});

describe.each(['server', 'client'] as const)('its classes, as a %s', (role) => {
  it('are there, on the JavaScript kernel', () => {
    const told: string[] = [];
    const writer = new js.BatchWriter({ role, maskingKey }, () => told.push('queued'));
    writer.text('안녕');
    const [frame] = writer.take();
    expect(toHex(frame)).toBe(toHex(new js.Encoder({ role, maskingKey }).text('안녕')));
    expect(told).toEqual(['queued']);
    const peer = role === 'server' ? 'client' : 'server';
    const decoder = new js.Decoder({ role: peer, delivery: 'string' });
    expect(decoder.backend).toBe('js');
    expect(decoder.decode(frame)).toEqual([{ type: 'message', data: '안녕', isBinary: false }]);
    expect(new js.Decoder({ role, backend: 'js' }).decode(hex(''))).toEqual([]);
  });

  it('throw on another backend', () => {
    const options = { role, backend: 'wasm' } as const;
    const message = 'the backend of wsimd/js must be "js", got "wasm"';
    expect(() => new js.Decoder(options)).toThrow(new TypeError(message));
    expect(() => new js.Encoder(options as never)).toThrow(new TypeError(message));
    expect(() => new js.BatchWriter(options as never)).toThrow(new TypeError(message));
  });
});
