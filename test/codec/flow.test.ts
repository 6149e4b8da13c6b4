// What a decoder holds: paused, with chunks that wait, at the end.

import { describe, expect, it } from 'vitest';
import { Decoder, type Handlers } from '../../src/index.ts';
import { frame, hex, join, toHex, utf8 } from '../support/bytes.ts';

const KEY = [1, 2, 3, 4];
/** What a chunk that waits is counted as, beside its bytes. */
const QUEUE_OVERHEAD = 128;
const text = (letters: string, rsv = 0) =>
  frame({ opcode: 1, rsv, payload: utf8(letters), key: KEY });
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A decoder that pauses after every message. */
function pausing<D extends 'view' | 'string'>(delivery: D, handlers: Handlers<D> = {}) {
  const seen: unknown[] = [];
  const decoder: Decoder<D> = new Decoder(
    { role: 'server', delivery },
    {
      message(data) {
        seen.push(typeof data === 'string' ? data : toHex(data as Uint8Array));
        decoder.pause();
      },
      ...handlers,
    },
  );
  return { decoder, seen };
}

describe('bufferedBytes', () => {
  it('is what a pause left of a chunk: entries, their bytes, the texts made', () => {
    const chunk = join(text('a'), text('b'), text('c'));
    const views = pausing('view').decoder;
    views.write(chunk.slice());
    expect(views.bufferedBytes).toBe(2 * 16 + chunk.length);
    const strings = pausing('string').decoder;
    strings.write(chunk.slice());
    expect(strings.bufferedBytes).toBe(2 * 16 + chunk.length + 2 * (2 + 64));
    for (let i = 0; i < 3; i++) strings.resume();
    expect(strings.bufferedBytes).toBe(0);
  });

  it('is the rest of a chunk that no scan has seen', () => {
    const { decoder } = pausing('view');
    const large = frame({ opcode: 2, payload: new Uint8Array(30_000), key: KEY });
    decoder.write(join(text('a'), large, large));
    expect(decoder.bufferedBytes).toBeGreaterThanOrEqual(2 * large.length);
    expect(decoder.bufferedBytes).toBeLessThan(2 * large.length + 100);
  });

  it('is the message’s memory, as soon as an eighth of its frame has come', () => {
    for (const role of ['server', 'client'] as const) {
      const key = role === 'server' ? KEY : null;
      const stream = frame({ opcode: 2, payload: new Uint8Array(10_000), key });
      const decoder = new Decoder({ role, delivery: 'copy' });
      decoder.write(stream.slice(0, 1500));
      expect(decoder.bufferedBytes).toBe(10_000);
      decoder.write(stream.slice(1500, 9000));
      expect(decoder.bufferedBytes).toBe(10_000);
      expect(decoder.decode(stream.slice(9000))).toHaveLength(1);
      expect(decoder.bufferedBytes).toBe(0);
    }
  });

  it('is no copy of a chunk that is the decoder’s: views are still of it', () => {
    const memories: unknown[] = [];
    const { decoder } = pausing('view', {
      message(data) {
        memories.push(data.buffer);
        decoder.pause();
      },
    });
    const large = frame({ opcode: 2, payload: new Uint8Array(15_000), key: KEY });
    const chunk = join(large, large, large);
    decoder.write(chunk);
    decoder.resume();
    decoder.resume();
    expect(memories.map((memory) => memory === chunk.buffer)).toEqual([true, true, true]);
  });

  it('is the chunks that wait: their memory, or a copy where that is much larger', () => {
    const wait = (memory: number, delivery: 'view' | 'copy' = 'view') => {
      const decoder = new Decoder({ role: 'server', delivery });
      decoder.pause();
      decoder.write(new Uint8Array(memory).subarray(0, 10));
      return decoder.bufferedBytes - QUEUE_OVERHEAD;
    };
    expect([wait(10), wait(80), wait(81)]).toEqual([10, 80, 10]);
    expect([wait(10, 'copy'), wait(80, 'copy')]).toEqual([10, 10]);
  });

  it('is nothing of what has left the queue', () => {
    const { decoder, seen } = pausing('view');
    decoder.pause();
    for (const letter of 'abc') decoder.write(text(letter));
    expect(decoder.bufferedBytes).toBe(3 * (7 + QUEUE_OVERHEAD));
    decoder.resume();
    // Its pause left nothing of the first.
    expect([seen, decoder.bufferedBytes]).toEqual([['61'], 2 * (7 + QUEUE_OVERHEAD)]);
  });

  it('counts a message that a transform gave back, until it is delivered', async () => {
    const transform = async () => new Uint8Array(1000);
    const decoder = new Decoder({ role: 'server', rsv1: true, transform });
    decoder.write(frame({ opcode: 2, rsv: 0x40, payload: new Uint8Array(20), key: KEY }));
    // The entry is done with: nothing is left of the chunk.
    expect(decoder.bufferedBytes).toBe(20);
    decoder.pause();
    await settled();
    expect(decoder.bufferedBytes).toBe(1000);
    decoder.resume();
    expect(decoder.bufferedBytes).toBe(0);
  });
});

describe('a queue', () => {
  it.each([1, 63, 64, 65, 128, 300])('of %i chunks is taken in order', (count) => {
    const seen: string[] = [];
    const decoder: Decoder<'string'> = new Decoder(
      { role: 'server', delivery: 'string' },
      {
        message(data) {
          seen.push(String(data));
          if (seen.length % 50 === 7) decoder.pause();
        },
      },
    );
    decoder.pause();
    for (let i = 0; i < count; i++) decoder.write(text(`${i}`));
    for (let i = 0; i < 10; i++) decoder.resume();
    expect(seen).toEqual(Array.from({ length: count }, (_, i) => `${i}`));
    expect(decoder.bufferedBytes).toBe(0);
  });

  it('grows while it is taken, from within a handler', () => {
    const seen: string[] = [];
    const decoder: Decoder<'string'> = new Decoder(
      { role: 'server', delivery: 'string' },
      {
        message(data) {
          seen.push(String(data));
          if (seen.length < 200) decoder.write(text(`${seen.length}`));
        },
      },
    );
    expect(decoder.write(text('0'))).toBe(true);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
  });
});

describe('a header that comes byte by byte', () => {
  it.each([
    ['83 80', 2, 'WS_ERR_INVALID_OPCODE'],
    ['82 01', 2, 'WS_ERR_EXPECTED_MASK'],
    ['82 fe 00 7d 01 02 03 04', 8, 'WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH'],
    ['82 fe ff ff 01 02 03 04', 8, 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'],
  ])('%s is refused at byte %i: %s', (header, length, code) => {
    const errors: string[] = [];
    const decoder = new Decoder(
      { role: 'server', maxPayload: 1000 },
      { error: (error) => errors.push(error.code) },
    );
    hex(header).forEach((byte, i) => {
      expect(errors).toEqual([]);
      expect(decoder.write(Uint8Array.of(byte))).toBe(i + 1 < length);
    });
    expect(errors).toEqual([code]);
  });

  it('and is a whole message with its last, may pause what follows', () => {
    const { decoder, seen } = pausing('view');
    const empty = frame({ opcode: 2, key: KEY });
    decoder.write(empty.slice(0, 3));
    decoder.write(join(empty.slice(3), text('a')));
    expect(seen).toEqual(['']);
    decoder.resume();
    expect(seen).toEqual(['', '61']);
  });
});

describe('the end of a stream', () => {
  it('inside a header is told behind what came of it', () => {
    const decoder = new Decoder({ role: 'client' }, { error: () => {} });
    decoder.write(hex('82 01 61 82 7e 01'));
    decoder.endOfStream();
    expect(decoder.error).toMatchObject({ code: 'WS_ERR_UNEXPECTED_END', offset: 6 });
  });

  it('from within a handler comes after the rest of the chunk', () => {
    const seen: string[] = [];
    const decoder: Decoder<'string'> = new Decoder(
      { role: 'server', delivery: 'string' },
      {
        message(data) {
          seen.push(String(data));
          if (data === 'a') decoder.endOfStream();
        },
        error: ({ code }) => seen.push(code),
        drain: () => seen.push('drain'),
      },
    );
    decoder.write(join(text('a'), text('b')));
    expect(seen).toEqual(['a', 'b', 'WS_ERR_UNEXPECTED_END']);
  });

  it('while paused: no drain, and an error instead', () => {
    const log: string[] = [];
    const handlers = { drain: () => log.push('drain'), error: () => log.push('error') };
    const { decoder } = pausing('view', handlers);
    decoder.write(text('a'));
    decoder.endOfStream();
    expect(log).toEqual([]);
    decoder.resume();
    expect(log).toEqual(['error']);
  });

  it('throws what failed unheard', async () => {
    const transform = () => Promise.reject(new Error('bad data'));
    const decoder = new Decoder({ role: 'server', rsv1: true, transform });
    decoder.write(text('x', 0x40));
    await settled();
    expect(() => decoder.endOfStream()).toThrow('its extension could not transform');
    decoder.endOfStream();
    expect(decoder.write(text('y'))).toBe(false);
  });
});

describe('resume', () => {
  it('where nothing waits, does nothing', () => {
    let drained = 0;
    const decoder = new Decoder({ role: 'client' }, { drain: () => drained++ });
    decoder.resume();
    decoder.write(hex('82 00'));
    decoder.resume();
    decoder.stop();
    decoder.pause();
    decoder.resume();
    expect([drained, decoder.isEnded]).toEqual([0, true]);
  });

  it('while a transform works, waits for it', async () => {
    const seen: string[] = [];
    const decoder = new Decoder(
      { role: 'server', delivery: 'string', rsv1: true, transform: async (bytes) => bytes },
      { message: (data) => seen.push(String(data)), drain: () => seen.push('drain') },
    );
    expect(decoder.write(join(text('a', 0x40), text('b')))).toBe(false);
    decoder.resume();
    expect(seen).toEqual([]);
    await settled();
    expect(seen).toEqual(['a', 'b', 'drain']);
  });

  it('after a handler threw, goes on once, and drains', () => {
    const seen: string[] = [];
    const decoder = new Decoder(
      { role: 'server', delivery: 'string' },
      {
        message(data) {
          seen.push(String(data));
          if (data === 'a') throw new Error('handler');
        },
        drain: () => seen.push('drain'),
      },
    );
    expect(() => decoder.write(join(text('a'), text('b')))).toThrow('handler');
    decoder.resume();
    decoder.resume();
    expect(seen).toEqual(['a', 'b', 'drain']);
  });
});
