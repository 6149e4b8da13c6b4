// What wears a decoder or a writer out: odd sizes, odd moments, calls from within calls.

import { describe, expect, it } from 'vitest';
import {
  BatchWriter,
  Decoder,
  type DecoderOptions,
  Encoder,
  ProtocolError,
} from '../../src/index.ts';
import { frame, hex, join, toHex } from '../support/bytes.ts';

const KEY = [1, 2, 3, 4];
const settled = () => new Promise((resolve) => setTimeout(resolve));
const text = (letters: string, rsv = 0) =>
  frame({ opcode: 1, rsv, payload: new TextEncoder().encode(letters), key: KEY });

describe('memory held for a client’s message', () => {
  /** Writes a stream in chunks of these sizes in turn; the most memory held a byte received. */
  function worst(stream: Uint8Array, sizes: readonly number[]): number {
    let received = 0;
    let most = 0;
    let length = -1;
    const decoder = new Decoder(
      { role: 'client' },
      { message: (data) => (length = (data as Uint8Array).length) },
    );
    for (let i = 0; received < stream.length; i++) {
      const size = sizes[i % sizes.length];
      decoder.write(stream.slice(received, received + size));
      received += size;
      if (received > 65536) most = Math.max(most, decoder.bufferedBytes / received);
    }
    expect(length).toBeGreaterThan(0);
    return most;
  }

  it.each([
    [
      'fragments of 8 KiB',
      new Encoder({ role: 'server' }).fragments(new Uint8Array(5 << 20), 8192),
    ],
    [
      'fragments of 1 KiB',
      new Encoder({ role: 'server' }).fragments(new Uint8Array(1 << 20), 1024),
    ],
    ['one frame', [frame({ opcode: 2, payload: new Uint8Array(4 << 20) })]],
  ])('%s: at most a small multiple of what came', (_name, frames) => {
    const stream = join(...frames);
    for (const sizes of [[65536], [1024, 1], [6000, 1], [16384, 16], [2000, 100], [4096]]) {
      expect(worst(stream, sizes), String(sizes)).toBeLessThan(9);
    }
  });
});

describe('a pause', () => {
  it.each(['view', 'copy', 'string'] as const)('leaves the place of a fault, as %s', (delivery) => {
    const bad = join(new Uint8Array(20).fill(120), hex('ff'), new Uint8Array(100).fill(121));
    const stream = join(text('first'), frame({ opcode: 1, payload: bad, key: KEY }));
    for (const broken of [stream, join(text('first'), hex('83 80 00 00 00 00'))]) {
      const offsets = [false, true].map((pauses) => {
        const decoder: Decoder<typeof delivery> = new Decoder(
          { role: 'server', delivery },
          { message: () => pauses && decoder.pause(), error: () => {} },
        );
        decoder.write(broken.slice());
        decoder.resume();
        return [decoder.error?.offset, decoder.error?.value];
      });
      expect(offsets[1]).toEqual(offsets[0]);
    }
  });

  it('keeps small pieces of large memory small', () => {
    const decoder = new Decoder({ role: 'server' });
    decoder.pause();
    const large = new Uint8Array(16 << 20);
    for (let i = 0; i < 1000; i++) decoder.write(large.subarray(10 * i, 10 * i + 10));
    expect(decoder.error).toBeNull();
    expect(decoder.bufferedBytes).toBeLessThan(1000 * 200);
  });

  it('counts the strings it makes of the rest', () => {
    const decoder = new Decoder(
      { role: 'server', delivery: 'string' },
      { message: () => decoder.pause() },
    );
    decoder.write(join(...Array.from({ length: 1000 }, () => text('tiny'))));
    expect(decoder.bufferedBytes).toBeGreaterThan(1000 * 64);
  });
});

describe('a transform', () => {
  const options = (transform: DecoderOptions['transform']) =>
    ({ role: 'server', delivery: 'string', rsv1: true, transform }) as const;

  it.each(['sync', 'async', 'throws'])('that stops the decoder stops it (%s)', async (how) => {
    const seen: unknown[] = [];
    const decoder: Decoder<'string'> = new Decoder(
      options((payload) => {
        decoder.stop();
        if (how === 'throws') throw new Error('a bomb');
        return how === 'sync' ? payload : Promise.resolve(payload);
      }),
      { message: (data) => seen.push(data), error: (error) => seen.push(error) },
    );
    decoder.write(join(text('one', 0x40), text('two')));
    await settled();
    decoder.write(text('three'));
    expect(seen).toEqual([]);
    expect(decoder.isEnded).toBe(true);
  });

  it('that fails later, unheard, makes the next write throw', async () => {
    const decoder = new Decoder(options(() => Promise.reject(new Error('bad data'))));
    decoder.write(text('x', 0x40));
    await settled();
    expect(() => decoder.write(text('y'))).toThrow(ProtocolError);
    expect(decoder.write(text('z'))).toBe(false);
  });

  it('has its payload counted while it works', async () => {
    const decoder = new Decoder(options((payload) => Promise.resolve(payload)));
    decoder.write(frame({ opcode: 2, rsv: 0x40, payload: new Uint8Array(100_000), key: KEY }));
    expect(decoder.bufferedBytes).toBeGreaterThanOrEqual(100_000);
    await settled();
    expect(decoder.bufferedBytes).toBe(0);
  });
});

describe('after a handler threw', () => {
  it('the end of the stream delivers the rest', () => {
    const seen: unknown[] = [];
    const decoder = new Decoder(
      { role: 'server', delivery: 'string' },
      {
        message(data) {
          seen.push(data);
          if (seen.length === 1) throw new Error('handler');
        },
        error: (error) => seen.push(error.code),
      },
    );
    expect(() => decoder.write(join(text('a'), text('b')))).toThrow('handler');
    decoder.endOfStream();
    expect(seen).toEqual(['a', 'b', 'WS_ERR_UNEXPECTED_END']);
  });

  it('at the close frame, close is still called', () => {
    const seen: unknown[] = [];
    const decoder = new Decoder(
      { role: 'client', unit: 'frame' },
      {
        frame() {
          throw new Error('handler');
        },
        close: (code) => seen.push(code),
      },
    );
    expect(() => decoder.write(hex('88 02 03 e8'))).toThrow('handler');
    expect(seen).toEqual([1000]);
  });
});

describe('write', () => {
  it('from within a handler does not ask to wait where nothing will drain', () => {
    const seen: unknown[] = [];
    const decoder: Decoder<'string'> = new Decoder(
      { role: 'server', delivery: 'string' },
      { message: (data) => seen.push(data, data === 'a' && decoder.write(text('b'))) },
    );
    expect(decoder.write(text('a'))).toBe(true);
    expect(seen).toEqual(['a', true, 'b', false]);
  });
});

describe('whenQueued', () => {
  const payload = new Uint8Array(5000).fill(7);
  const expected = toHex(frame({ opcode: 2, payload }));

  it('may send: frames stay whole', () => {
    let isFirst = true;
    const writer: BatchWriter = new BatchWriter({ role: 'server' }, () => {
      if (isFirst) writer.ping();
      isFirst = false;
    });
    writer.binary(payload);
    expect(toHex(join(...writer.take()))).toBe(`${expected}8900`);
  });

  it('may throw: frames stay whole', () => {
    const writer = new BatchWriter({ role: 'server' }, () => {
      throw new Error('no socket');
    });
    expect(() => writer.binary(payload)).toThrow('no socket');
    expect(toHex(join(...writer.take()))).toBe(expected);
  });
});
