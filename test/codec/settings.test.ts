// The options as such: what is refused, in which words, and what they are when nothing is said.

import { describe, expect, it } from 'vitest';
import { Decoder, type DecoderOptions } from '../../src/index.ts';
import { frame, hex, join } from '../support/bytes.ts';
import { cuts, decode, pieces } from '../support/decode.ts';

describe('bad options throw and name themselves', () => {
  const bytes = (name: string, value: unknown) =>
    `option ${name} must be a number of bytes, not ${value}`;
  const integer = (name: string, value: unknown) =>
    `option ${name} must be a non-negative integer, not ${value}`;
  const role = 'server';
  type Case = [options: object, type: ErrorConstructor, message: string];

  it.each<Case>([
    [{}, TypeError, 'option role must be one of server, client, not undefined'],
    [{ role: 'peer' }, TypeError, 'option role must be one of server, client, not peer'],
    [
      { role, delivery: 'buffer' },
      TypeError,
      'option delivery must be one of view, copy, string, borrowed, not buffer',
    ],
    [{ role, unit: 'byte' }, TypeError, 'option unit must be one of message, frame, not byte'],
    [{ role, rsv1: true }, TypeError, 'option rsv1 needs a transform, or unit: frame'],
    [
      { role, partial: true, unit: 'frame' },
      TypeError,
      'option partial must not be set with unit: frame, which hands over whole frames',
    ],
    [{ role, rsv1: true, transform: 'inflate' }, TypeError, 'option rsv1 needs a transform'],
    ...['maxPayload', 'maxBufferedBytes'].flatMap((name) =>
      [-1, Number.NaN, '1', 1n].map((value): Case => {
        return [{ role, [name]: value }, RangeError, bytes(name, value)];
      }),
    ),
    ...['maxFragments', 'maxBufferedChunks'].flatMap((name) =>
      [-1, 1.5, Number.NaN, '1', null].map((value): Case => {
        return [{ role, [name]: value }, RangeError, integer(name, value)];
      }),
    ),
  ])('%o', (options, type, message) => {
    const make = () => new Decoder(options as DecoderOptions<'view'>);
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });
});

describe('options', () => {
  it('that are frozen are looked at once, for all decoders that share them', () => {
    let looks = 0;
    const options = (freeze: (of: object) => object) =>
      freeze({
        get role() {
          looks++;
          return 'client';
        },
      }) as DecoderOptions<'view'>;
    for (const [freeze, expected] of [
      [Object.freeze, 1],
      [Object, 3],
    ] as const) {
      looks = 0;
      const shared = options(freeze);
      for (let i = 0; i < 3; i++) new Decoder(shared);
      expect(looks).toBe(expected);
    }
  });

  it('by default allow 16 MiB a message, and twice that and 128 KiB held', () => {
    const header = (length: string) => hex(`82 7f 00 00 00 00 ${length}`);
    expect(decode([header('01 00 00 00')], { role: 'client' })).toEqual([]);
    expect(decode([header('01 00 00 01')], { role: 'client' })).toHaveLength(1);
    const decoder = new Decoder({ role: 'server', maxPayload: 1000 }, { error: () => {} });
    decoder.pause();
    // A chunk that waits is counted as 128 bytes more.
    decoder.write(new Uint8Array(2000 + 128 * 1024 - 128));
    expect([decoder.bufferedBytes, decoder.error]).toEqual([2000 + 128 * 1024, null]);
    decoder.write(new Uint8Array(0));
    expect(decoder.error).toBeNull();
    decoder.write(new Uint8Array(1));
    expect(decoder.error?.code).toBe('WS_ERR_TOO_MANY_BUFFERED_BYTES');
  });

  it('in bytes are rounded down, to what a message can have at most', () => {
    const two = frame({ opcode: 2, payload: hex('01 02') });
    expect(decode([two], { role: 'client', maxPayload: 1.9 })[0][0]).toBe('error');
    expect(decode([two], { role: 'client', maxPayload: 2.1 })[0][0]).toBe('binary');
    const most = join(hex('02 7f 00 1f ff ff ff ff ff ff'), new Uint8Array(5));
    expect(decode([most], { role: 'client', maxPayload: 2 ** 60 })).toEqual([]);
  });

  it('count the bytes of messages, not those of control frames', () => {
    const close = frame({ opcode: 8, payload: hex('03 e8 62 79 65') });
    const ping = frame({ opcode: 9, payload: hex('01 02 03') });
    const two = [frame({ opcode: 1, fin: false, payload: hex('61') }), ping, hex('80 01 62')];
    const text = ['text', 'ab'];
    const expected = [['ping', '010203'], text, ['close', 1000, 'bye']];
    for (const chunks of cuts(join(...two, close))) {
      expect(decode(chunks, { role: 'client', maxPayload: 2 })).toEqual(expected);
    }
    expect(decode([close], { role: 'client', maxPayload: 0 })).toEqual([['close', 1000, 'bye']]);
  });

  it.each([undefined, 0])('in pieces are none where they are %s', (none) => {
    const options = { role: 'client', maxFragments: none, maxBufferedChunks: none } as const;
    const fragments = Array<Uint8Array>(300).fill(frame({ opcode: 0, fin: false }));
    const stream = join(frame({ opcode: 2, fin: false }), ...fragments, hex('80 01 61'));
    expect(decode(pieces(stream, 1), options)).toEqual([['binary', '61']]);
  });
});
