// Handlers may throw, re-enter, pause, stop and write elsewhere: nothing is lost, nothing comes twice, and no
// other connection notices.

import { describe, expect, it } from 'vitest';
import { Decoder, type Delivery, Encoder, isValidUTF8, mask } from '../../src/index.ts';
import { frame, join, utf8 } from '../support/bytes.ts';
import { DELIVERIES } from '../support/decode.ts';

const KEY = [9, 8, 7, 6];
const COUNT = 120;

function numbered(prefix: string, count = COUNT): Uint8Array {
  const texts = Array.from({ length: count }, (_, i) => `${prefix} 번호 ${i}`);
  return join(...texts.map((text) => frame({ opcode: 1, payload: utf8(text), key: KEY })));
}

const expected = (prefix: string, count = COUNT) =>
  Array.from({ length: count }, (_, i) => `${prefix} 번호 ${i}`);

const toText = (data: unknown, start: number, end: number): string =>
  typeof data === 'string'
    ? data
    : new TextDecoder().decode((data as Uint8Array).slice(start, end));

function collector(delivery: Delivery, onMessage: (text: string, seen: string[]) => void) {
  const seen: string[] = [];
  const decoder: Decoder<Delivery> = new Decoder<Delivery>(
    { role: 'server', delivery },
    {
      message(data, _isBinary, start, end) {
        const text = toText(data, start, end);
        seen.push(text);
        onMessage(text, seen);
      },
    },
  );
  return { decoder, seen };
}

describe.each(DELIVERIES)('with delivery %s', (delivery) => {
  it('a handler that throws: the exception leaves write, the rest comes with the next call', () => {
    const { decoder, seen } = collector(delivery, (text) => {
      if (text.endsWith(' 7') || text.endsWith(' 50')) throw new Error(text);
    });
    expect(() => decoder.write(numbered('a'))).toThrow('a 번호 7');
    expect(seen).toEqual(expected('a').slice(0, 8));
    expect(() => decoder.resume()).toThrow('a 번호 50');
    expect(decoder.write(numbered('b', 5))).toBe(true);
    expect(seen).toEqual([...expected('a'), ...expected('b', 5)]);
  });

  it('a handler that throws does no harm to another connection', () => {
    const one = collector(delivery, () => {
      throw new Error('always');
    });
    const two = collector(delivery, () => {});
    expect(() => one.decoder.write(numbered('one', 2))).toThrow('always');
    two.decoder.write(numbered('two'));
    expect(() => one.decoder.resume()).toThrow('always');
    expect(one.seen).toEqual(expected('one', 2));
    expect(two.seen).toEqual(expected('two'));
  });

  it('a handler that decodes elsewhere, three deep, with strings and sends between', () => {
    const encoder = new Encoder({ role: 'client' });
    const third = collector(delivery, (text) => {
      if (!text.endsWith(' 0')) return;
      mask(new Uint8Array(70_000), 0x01020304);
      isValidUTF8(utf8('가'.repeat(30_000)));
    });
    const second = collector(delivery, () => {
      encoder.text('an answer from within, which is masked in the module’s memory '.repeat(3));
      third.decoder.write(numbered('third', 8));
    });
    const first = collector(delivery, () => second.decoder.write(numbered('second', 6)));
    first.decoder.write(numbered('first', 5));
    expect(first.seen).toEqual(expected('first', 5));
    expect(second.seen).toEqual(Array(5).fill(expected('second', 6)).flat());
    expect(third.seen).toEqual(Array(30).fill(expected('third', 8)).flat());
  });

  it('a handler that writes to its own decoder: in order, after the rest of the chunk', () => {
    const { decoder, seen } = collector(delivery, (text) => {
      if (text === 'a 번호 3') decoder.write(numbered('b', 4));
      if (text === 'b 번호 1') decoder.write(numbered('c', 2));
    });
    decoder.write(numbered('a', 10));
    expect(seen).toEqual([...expected('a', 10), ...expected('b', 4), ...expected('c', 2)]);
  });

  it('pause holds back what is left, resume goes on, drain tells', () => {
    let drained = 0;
    const seen: string[] = [];
    const decoder: Decoder<Delivery> = new Decoder<Delivery>(
      { role: 'server', delivery },
      {
        message(data, _isBinary, start, end) {
          seen.push(toText(data, start, end));
          if (seen.length % 10 === 0) decoder.pause();
        },
        drain: () => drained++,
      },
    );
    const chunk = numbered('a');
    expect(decoder.write(chunk)).toBe(false);
    if (delivery !== 'view') chunk.fill(0);
    expect(seen).toHaveLength(10);
    expect(decoder.bufferedBytes).toBeGreaterThan(0);
    expect(decoder.write(numbered('b', 15))).toBe(false);
    for (let turn = 2; turn <= 13; turn++) {
      expect(drained).toBe(0);
      decoder.resume();
      expect(seen).toHaveLength(Math.min(turn * 10, 135));
    }
    decoder.resume();
    expect(seen).toEqual([...expected('a'), ...expected('b', 15)]);
    expect(drained).toBe(1);
    expect(decoder.bufferedBytes).toBe(0);
    expect(decoder.write(numbered('c', 1))).toBe(true);
  });

  it('pause and resume within one handler change nothing', () => {
    const { decoder, seen } = collector(delivery, () => {
      decoder.pause();
      decoder.resume();
    });
    expect(decoder.write(numbered('a'))).toBe(true);
    expect(seen).toEqual(expected('a'));
  });

  it('stop delivers nothing more', () => {
    const { decoder, seen } = collector(delivery, (text) => {
      if (text.endsWith(' 4')) decoder.stop();
    });
    expect(decoder.write(numbered('a'))).toBe(false);
    expect(decoder.write(numbered('b'))).toBe(false);
    expect(seen).toEqual(expected('a', 5));
    expect(decoder.isEnded).toBe(true);
    expect(decoder.bufferedBytes).toBe(0);
  });
});

describe('a paused decoder', () => {
  it('holds no more than it may', () => {
    const errors: string[] = [];
    const decoder = new Decoder(
      { role: 'server', maxBufferedBytes: 100_000 },
      { error: (error) => errors.push(error.code) },
    );
    decoder.pause();
    for (let i = 0; i < 20; i++) decoder.write(new Uint8Array(10_000));
    expect(errors).toEqual(['WS_ERR_TOO_MANY_BUFFERED_BYTES']);
    expect(decoder.bufferedBytes).toBe(0);
    expect(decoder.error?.closeCode).toBe(1009);
  });

  it('counts the overhead of tiny chunks', () => {
    const decoder = new Decoder({ role: 'server', maxBufferedBytes: 100_000 });
    decoder.pause();
    let count = 0;
    expect(() => {
      for (; count < 1_000_000; count++) decoder.write(new Uint8Array(1));
    }).toThrow(/maxBufferedBytes/);
    expect(count).toBeLessThan(1000);
  });

  it('ends once what waits is delivered', () => {
    const log: string[] = [];
    const decoder = new Decoder(
      { role: 'server', delivery: 'string' },
      { message: (data) => log.push(String(data)), error: (error) => log.push(error.code) },
    );
    decoder.pause();
    decoder.write(numbered('a', 2));
    decoder.endOfStream();
    expect(log).toEqual([]);
    decoder.resume();
    expect(log).toEqual([...expected('a', 2), 'WS_ERR_UNEXPECTED_END']);
  });
});

describe('without handlers', () => {
  it('a decoder checks the stream and throws what is wrong with it', () => {
    const decoder = new Decoder({ role: 'client' });
    expect(decoder.write(new Uint8Array([0x81, 1, 0x61, 0x89, 0]))).toBe(true);
    expect(() => decoder.write(new Uint8Array([0x83, 0]))).toThrow(
      expect.objectContaining({ name: 'ProtocolError', code: 'WS_ERR_INVALID_OPCODE', offset: 5 }),
    );
    expect(decoder.isEnded).toBe(true);
  });

  it('an error handler that throws does not hide the error', () => {
    const decoder = new Decoder(
      { role: 'client' },
      {
        error() {
          throw new Error('from the handler');
        },
      },
    );
    expect(() => decoder.write(new Uint8Array([0x83, 0]))).toThrow('from the handler');
    expect(decoder.error?.code).toBe('WS_ERR_INVALID_OPCODE');
    expect(decoder.write(new Uint8Array([0x81, 0]))).toBe(false);
  });
});

describe('close', () => {
  it('is the last thing delivered, whatever follows', () => {
    const log: unknown[] = [];
    const decoder = new Decoder(
      { role: 'client', delivery: 'string' },
      {
        message: (data) => log.push(data),
        close: (code, reason) => log.push([code, reason]),
        error: (error) => log.push(error),
      },
    );
    const close = frame({ opcode: 8, payload: join(new Uint8Array([0x0f, 0xa0]), utf8('끝')) });
    const text = frame({ opcode: 1, payload: utf8('a') });
    expect(decoder.write(join(text, close, text, new Uint8Array([0xff, 0xff])))).toBe(false);
    decoder.write(text);
    decoder.endOfStream();
    decoder.resume();
    expect(log).toEqual(['a', [4000, '끝']]);
  });
});
