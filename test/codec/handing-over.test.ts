// How what is whole is handed over: headers in pieces, borrowed memory, handlers that are not there.

import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/index.ts';
import { frame, hex, join, utf8 } from '../support/bytes.ts';
import { DELIVERIES } from '../support/decode.ts';

const KEY = [1, 2, 3, 4];
const text = (letters: string) => frame({ opcode: 1, payload: utf8(letters), key: KEY });

describe('without a handler', () => {
  const all = [
    text('a'),
    text('안'),
    frame({ opcode: 2, fin: false, payload: hex('01'), key: KEY }),
    frame({ opcode: 9, key: KEY }),
    frame({ opcode: 10, key: KEY }),
    frame({ opcode: 0, payload: hex('02'), key: KEY }),
    frame({ opcode: 8, payload: hex('03 e8'), key: KEY }),
  ];

  it.each(DELIVERIES)('as %s, each kind of frame is read, and nobody told', (delivery) => {
    for (const options of [{}, { partial: true }, { unit: 'frame' }] as const) {
      const decoder = new Decoder({ role: 'server', delivery, ...options });
      const results = all.map((chunk) => [decoder.write(chunk.slice()), decoder.isEnded]);
      expect(results).toEqual(all.map((_, i) => [i < 6, i === 6]));
      decoder.endOfStream();
      expect(decoder.error).toBeNull();
    }
  });

  it('a pause ends in silence', () => {
    const decoder = new Decoder({ role: 'server' });
    decoder.pause();
    decoder.write(text('a'));
    decoder.resume();
    expect([decoder.bufferedBytes, decoder.isEnded]).toEqual([0, false]);
  });
});

describe('the end of a message', () => {
  it.each(DELIVERIES)('as %s, is so many bytes behind its start', (delivery) => {
    const lengths: number[] = [];
    const count = (_data: unknown, _isBinary: boolean, start: number, end: number) =>
      lengths.push(end - start);
    for (const role of ['server', 'client'] as const) {
      const key = role === 'server' ? KEY : null;
      const payloads = [hex('01 02 03'), utf8('ab'), utf8('안녕하세요'), new Uint8Array(200)];
      const frames = payloads.map((payload, i) => frame({ opcode: i === 0 ? 2 : 1, payload, key }));
      new Decoder({ role, delivery }, { message: count }).write(join(...frames));
    }
    expect(lengths).toEqual([3, 2, 15, 200, 3, 2, 15, 200]);
  });
});

describe('borrowed memory', () => {
  it.each(['server', 'client'] as const)('of a %s is the same for all of a chunk', (role) => {
    const key = role === 'server' ? KEY : null;
    const places: unknown[] = [];
    const memories = new Set<Uint8Array>();
    const decoder = new Decoder(
      { role, delivery: 'borrowed' },
      {
        message(data, _isBinary, start, end) {
          memories.add(data);
          places.push(end - start);
        },
      },
    );
    const payloads = [utf8('one'), utf8('열하나'), new Uint8Array(100)];
    decoder.write(join(...payloads.map((payload) => frame({ opcode: 1, payload, key }))));
    expect([places, memories.size]).toEqual([[3, 9, 100], 1]);
  });
});

describe('decode', () => {
  it('leaves the handlers as they were, even where it throws', () => {
    const seen: string[] = [];
    const decoder = new Decoder({ role: 'client' }, { ping: () => seen.push('ping') });
    expect(decoder.decode(hex('89 00'))).toHaveLength(1);
    expect(() => decoder.decode('text' as never)).toThrow(TypeError);
    decoder.write(hex('89 00'));
    expect(seen).toEqual(['ping']);
    const borrowed = new Decoder({ role: 'client', delivery: 'borrowed' });
    const message = 'borrowed memory cannot be returned';
    expect(() => borrowed.decode(hex('89 00'))).toThrow(new TypeError(message));
  });
});
