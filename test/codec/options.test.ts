// The decoder's options, one by one, and what it makes of bad ones.

import { describe, expect, it } from 'vitest';
import { Decoder, ProtocolError, VIOLATION } from '../../src/index.ts';
import { frame, hex, join, sharedBytes, toHex, utf8 } from '../support/bytes.ts';
import { cuts, decode, pieces } from '../support/decode.ts';
import { naiveDecode } from '../support/naive-decoder.ts';

const KEY = [1, 2, 3, 4];

describe('bytes of all kinds', () => {
  const stream = hex('82 04 01 02 03 04');

  it.each([
    ['a Uint8Array', stream.slice()],
    ['a Buffer', globalThis.Buffer?.from(stream) ?? stream.slice()],
    ['an ArrayBuffer', stream.slice().buffer],
    ['a Uint16Array', new Uint16Array(stream.slice().buffer)],
    ['a DataView', new DataView(stream.slice().buffer)],
    ['a view into the middle', join(hex('ff'), stream, hex('ff')).subarray(1, 7)],
  ])('%s', (_name, chunk) => {
    const events = new Decoder({ role: 'client' }).decode(chunk as Uint8Array);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'message', isBinary: true });
  });

  it('shared memory is copied before it is checked', () => {
    const shared = sharedBytes(6);
    shared.set(stream);
    for (const chunk of [shared, shared.buffer]) {
      const [event] = new Decoder({ role: 'client' }).decode(chunk as Uint8Array);
      expect(event.type === 'message' && (event.data as Uint8Array).buffer).not.toBe(shared.buffer);
      expect(event).toMatchObject({ type: 'message' });
    }
  });

  it('detached memory, and what is not bytes, throw a TypeError and change nothing', () => {
    const decoder = new Decoder({ role: 'client' });
    const detached = new Uint8Array(4);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    for (const wrong of [detached, detached.buffer, 'text', null, undefined, 7, [1, 2], {}]) {
      expect(() => decoder.write(wrong as unknown as Uint8Array)).toThrow(TypeError);
    }
    expect(decoder.decode(stream.slice())).toHaveLength(1);
  });

  it('an empty chunk is nothing', () => {
    const decoder = new Decoder({ role: 'client' });
    expect(decoder.decode(new Uint8Array(0))).toEqual([]);
    expect(decoder.decode(stream.slice())).toHaveLength(1);
  });
});

describe('maxPayload', () => {
  it.each([0, 1, 125, 126, 65535, 65536])(
    '%i: that many bytes pass, one more does not',
    (maxPayload) => {
      for (const key of [KEY, null]) {
        const role = key === null ? 'client' : 'server';
        const fits = frame({ opcode: 2, payload: new Uint8Array(maxPayload), key });
        const large = frame({ opcode: 2, payload: new Uint8Array(maxPayload + 1), key });
        expect(decode([fits], { role, maxPayload })).toHaveLength(1);
        const [event] = decode([large], { role, maxPayload });
        expect(event[1]).toBe('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH');
        // The header is enough: nothing is waited for, nothing is kept.
        const [early] = decode([large.subarray(0, large.length - maxPayload - 1)], {
          role,
          maxPayload,
        });
        expect(early).toEqual(event);
      }
    },
  );

  it('Infinity: only 2^53 - 1 is the end', () => {
    const huge = hex('82 7f 00 1f ff ff ff ff ff ff');
    expect(decode([huge], { role: 'client', maxPayload: Infinity })).toEqual([]);
    const two = join(hex('02 7f 00 1f ff ff ff ff ff ff'));
    expect(decode([two], { role: 'client', maxPayload: Infinity })).toEqual([]);
  });
});

describe('memory', () => {
  const held = (decoder: Decoder): number => decoder.bufferedBytes;

  it('what a header declares is not held', () => {
    const decoder = new Decoder({ role: 'server', maxPayload: Infinity });
    decoder.write(
      join(hex('82 ff 00 00 00 ff ff ff ff ff'), new Uint8Array(4), new Uint8Array(100)),
    );
    expect(held(decoder)).toBeLessThan(2000);
    decoder.write(new Uint8Array(100_000));
    expect(held(decoder)).toBeLessThan(900_000);
  });

  it('is at most eight times what was received and a little, whatever the pieces', () => {
    for (const role of ['server', 'client'] as const) {
      for (const size of [1, 7, 100, 1000, 16_384, 65_536]) {
        const key = role === 'server' ? KEY : null;
        const payload = new Uint8Array(70_000);
        const stream = frame({ opcode: 2, payload, key });
        const decoder = new Decoder({ role });
        let received = 0;
        for (const chunk of pieces(stream, size)) {
          received += chunk.length;
          if (received < stream.length) {
            decoder.write(chunk.slice());
            if (held(decoder) > 8 * received + 1000)
              expect.fail(`${held(decoder)} for ${received}`);
          }
        }
      }
    }
  });

  it('empty fragments hold nothing, however many', () => {
    const decoder = new Decoder({ role: 'client' });
    decoder.write(hex('02 00'));
    const flood = new Uint8Array(60_000);
    for (let i = 0; i < 20; i++) decoder.write(flood.slice());
    expect(held(decoder)).toBe(0);
    const [event] = decoder.decode(hex('80 01 61'));
    expect(event).toMatchObject({ type: 'message', isBinary: true });
  });

  it('fragments of one byte hold what they weigh', () => {
    for (const role of ['server', 'client'] as const) {
      const key = role === 'server' ? KEY : null;
      const decoder = new Decoder({ role, maxBufferedBytes: 50_000 });
      decoder.write(frame({ opcode: 2, fin: false, key }));
      const one = frame({ opcode: 0, fin: false, payload: hex('61'), key });
      const chunk = join(...Array(1000).fill(one));
      let count = 0;
      expect(() => {
        for (; count < 1000; count++) decoder.write(chunk.slice());
      }).toThrow(
        expect.objectContaining({ code: 'WS_ERR_TOO_MANY_BUFFERED_BYTES', closeCode: 1009 }),
      );
      expect(count).toBeGreaterThanOrEqual(10);
      expect(held(decoder)).toBe(0);
    }
  });

  it('a good message before the limit is not lost', () => {
    const decoder = new Decoder({ role: 'client', maxBufferedBytes: 1000 });
    const events = decoder.decode(
      join(
        frame({ opcode: 1, payload: utf8('good') }),
        hex('02 7f 00 00 00 00 00 10 00 00'),
        new Uint8Array(5000),
      ),
    );
    expect(events.map(({ type }) => type)).toEqual(['message', 'error']);
  });
});

describe('skipUtf8Validation', () => {
  it('hands over text as it is, and close reasons', () => {
    const stream = hex('81 02 ff 61 | 01 01 ec | 80 00 | 88 03 03 e8 ff');
    const options = { role: 'client', skipUtf8Validation: true } as const;
    for (const delivery of ['view', 'string', 'copy', 'borrowed'] as const) {
      const expected = naiveDecode(stream, options);
      expect(expected).toEqual([
        ['text', '\ufffda'],
        ['text', '\ufffd'],
        ['close', 1000, '\ufffd'],
      ]);
      for (const two of cuts(stream))
        expect(decode(two, { ...options, delivery })).toEqual(expected);
    }
    const many = join(...Array(200).fill(frame({ opcode: 1, payload: hex('ff 61'), key: KEY })));
    expect(
      decode([many], { role: 'server', delivery: 'string', skipUtf8Validation: true }),
    ).toEqual(Array(200).fill(['text', '\ufffda']));
  });
});

describe('allowLongLengths', () => {
  it('takes lengths in any form, as ws does', () => {
    for (const form of [16, 64] as const) {
      const stream = join(
        frame({ opcode: 2, payload: hex('01'), form }),
        frame({ opcode: 1, payload: utf8('a'.repeat(200)), form }),
      );
      expect(decode([stream], { role: 'client', allowLongLengths: true })).toEqual(
        naiveDecode(stream, { role: 'client', allowLongLengths: true }),
      );
      expect(decode([stream], { role: 'client' })[0][1]).toBe('WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH');
    }
  });
});

describe('unit: frame', () => {
  const stream = join(
    frame({ opcode: 1, fin: false, rsv: 0x40, payload: utf8('zip') }),
    frame({ opcode: 9, payload: utf8('p') }),
    frame({ opcode: 0, payload: utf8('ped') }),
    frame({ opcode: 2, payload: new Uint8Array(300).fill(5) }),
    frame({ opcode: 8, payload: hex('03 e8') }),
    frame({ opcode: 2 }),
  );
  const expected = [
    ['7a6970', { fin: false, rsv1: true, opcode: 1 }],
    ['70', { fin: true, rsv1: false, opcode: 9 }],
    ['706564', { fin: true, rsv1: false, opcode: 0 }],
    ['05'.repeat(300), { fin: true, rsv1: false, opcode: 2 }],
    ['03e8', { fin: true, rsv1: false, opcode: 8 }],
    [1000, ''],
  ];

  it('hands over every frame as it was on the wire, at every cut', () => {
    for (const delivery of ['view', 'copy'] as const) {
      for (const two of cuts(stream)) {
        const seen: unknown[] = [];
        const decoder = new Decoder(
          { role: 'client', unit: 'frame', rsv1: true, delivery },
          {
            frame: (payload, info) => seen.push([toHex(payload), info]),
            close: (code, reason) => seen.push([code, reason]),
            message: () => seen.push('message'),
          },
        );
        for (const chunk of two) decoder.write(chunk.slice());
        expect(seen).toEqual(expected);
      }
    }
  });

  it('still fails text that is not UTF-8, over frames', () => {
    const decoder = new Decoder({ role: 'client', unit: 'frame' });
    const events = decoder.decode(hex('01 01 ec | 80 01 61'));
    expect(events.map(({ type }) => type)).toEqual(['frame', 'error']);
  });
});

describe('partial', () => {
  const text = '안녕하세요, 여러분! '.repeat(40);
  const parts = [utf8(text).subarray(0, 301), utf8(text).subarray(301)];

  it.each(['view', 'copy', 'string', 'borrowed'] as const)(
    'hands pieces over as they arrive, as %s',
    (delivery) => {
      const stream = join(
        frame({ opcode: 1, payload: utf8('whole'), key: KEY }),
        frame({ opcode: 1, fin: false, payload: parts[0], key: KEY }),
        frame({ opcode: 9, payload: utf8('ping'), key: KEY }),
        frame({ opcode: 0, payload: parts[1], key: KEY }),
        frame({ opcode: 2, payload: new Uint8Array(70_000).fill(9), key: KEY }),
      );
      for (const size of [1, 10, 100, 50_000, stream.length]) {
        const chars: string[] = [];
        const bytes: number[] = [];
        const log: string[] = [];
        let binaryLength = 0;
        let isIntact = true;
        let held = 0;
        const decoder = new Decoder(
          { role: 'server', partial: true, delivery },
          {
            message: (data, isBinary, start, end) => {
              const whole =
                typeof data === 'string'
                  ? utf8(data)
                  : data.slice(start, delivery === 'borrowed' ? end : undefined);
              if (isBinary) binaryLength += whole.length;
              else log.push(new TextDecoder().decode(whole));
            },
            part: (data, isBinary, isLast) => {
              if (typeof data === 'string') chars.push(data);
              else if (isBinary) {
                binaryLength += data.length;
                isIntact &&= data.every((byte) => byte === 9);
              } else bytes.push(...data);
              if (isLast) log.push('last');
              held += decoder.bufferedBytes;
            },
            ping: () => log.push('ping'),
          },
        );
        for (const chunk of pieces(stream, size)) decoder.write(chunk.slice());
        if (delivery === 'string') {
          expect(chars.join('').endsWith(text)).toBe(true);
          expect(chars.every((part) => !part.includes('\ufffd'))).toBe(true);
        } else {
          const seen = new TextDecoder().decode(new Uint8Array(bytes));
          expect(seen.endsWith(text)).toBe(true);
        }
        expect({ binaryLength, isIntact, held }).toEqual({
          binaryLength: 70_000,
          isIntact: true,
          held: 0,
        });
        expect(log.filter((entry) => entry === 'ping')).toHaveLength(1);
      }
    },
  );

  it('fails text inside a frame, long before the frame ends', () => {
    const decoder = new Decoder({ role: 'client', partial: true });
    const start = join(
      hex('81 7f 00 00 00 00 00 00 ff ff').slice(0, 0),
      hex('81 7e ff ff'),
      utf8('good '),
    );
    expect(decoder.decode(start).map(({ type }) => type)).toEqual(['part']);
    const [event] = decoder.decode(hex('61 ff 62'));
    expect(event).toMatchObject({
      type: 'error',
      error: { code: 'WS_ERR_INVALID_UTF8', offset: 10 },
    });
  });

  it('fails text at the byte that makes it wrong', () => {
    for (const partial of [true, false]) {
      const decoder = new Decoder({ role: 'client', partial });
      for (const byte of hex('01 7e 01 00 61 ec')) decoder.write(new Uint8Array([byte]));
      expect(decoder.decode(hex('61'))).toMatchObject([{ type: 'error', error: { offset: 5 } }]);
    }
  });
});

describe('rsv1 and transform', () => {
  /** An extension that adds one to every byte. */
  const undo = (payload: Uint8Array): Uint8Array => payload.map((byte) => byte - 1);
  const done = (text: string): Uint8Array => utf8(text).map((byte) => byte + 1);
  const stream = join(
    frame({ opcode: 1, rsv: 0x40, payload: done('one'), key: KEY }),
    frame({ opcode: 1, payload: utf8('two'), key: KEY }),
    frame({ opcode: 1, fin: false, rsv: 0x40, payload: done('안녕').subarray(0, 2), key: KEY }),
    frame({ opcode: 9, payload: utf8('!'), key: KEY }),
    frame({ opcode: 0, payload: done('안녕').subarray(2), key: KEY }),
    frame({ opcode: 2, rsv: 0x40, payload: done('four'), key: KEY }),
    frame({ opcode: 1, payload: utf8('five'), key: KEY }),
  );
  const expected = [
    ['text', 'one'],
    ['text', 'two'],
    ['ping', '21'],
    ['text', '안녕'],
    ['binary', '666f7572'],
    ['text', 'five'],
  ];

  it('gives messages to the transform and what it gives back to the handler', () => {
    for (const delivery of ['view', 'copy', 'string', 'borrowed'] as const) {
      for (const two of cuts(stream)) {
        const options = { role: 'server', rsv1: true, transform: undo, delivery } as const;
        expect(decode(two, options)).toEqual(expected);
      }
    }
  });

  it('keeps the order while a promise is awaited, and holds no more than it may', async () => {
    for (const delivery of ['view', 'copy', 'string', 'borrowed'] as const) {
      for (const size of [1, 5, 1000]) {
        const seen: unknown[] = [];
        let waiting = 0;
        const decoder = new Decoder(
          {
            role: 'server',
            rsv1: true,
            delivery,
            transform: async (payload) => {
              expect(++waiting).toBe(1);
              const copy = payload.slice();
              await new Promise((resolve) => setTimeout(resolve, 1));
              waiting--;
              return undo(copy);
            },
          },
          {
            message: (data, isBinary, start, end) => {
              const bytes =
                typeof data === 'string'
                  ? utf8(data)
                  : data.slice(start, delivery === 'borrowed' ? end : undefined);
              seen.push(
                isBinary ? ['binary', toHex(bytes)] : ['text', new TextDecoder().decode(bytes)],
              );
            },
            ping: (payload) => seen.push(['ping', toHex(payload)]),
            drain: () => {},
          },
        );
        for (const chunk of pieces(stream, size)) {
          const mine = chunk.slice();
          decoder.write(mine);
          if (delivery !== 'view') mine.fill(0);
        }
        for (let i = 0; i < 500 && seen.length < 6; i++)
          await new Promise((resolve) => setTimeout(resolve, 1));
        expect(seen).toEqual(expected);
        expect(decoder.bufferedBytes).toBe(0);
      }
    }
  });

  it('a paused decoder keeps a transformed message until resume', async () => {
    const seen: unknown[] = [];
    const decoder = new Decoder(
      {
        role: 'server',
        rsv1: true,
        delivery: 'string',
        transform: async (payload) => undo(payload),
      },
      { message: (data) => seen.push(data) },
    );
    decoder.write(stream.slice());
    decoder.pause();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toEqual([]);
    decoder.resume();
    for (let i = 0; i < 50 && seen.length < 5; i++)
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(
      seen.map((data) => (typeof data === 'string' ? data : toHex(data as Uint8Array))),
    ).toEqual([...['one', 'two', '안녕', '666f7572', 'five']]);
  });

  const failing = [
    [
      'throws',
      () => {
        throw new Error('bad data');
      },
    ],
    ['rejects', () => Promise.reject(new Error('bad data'))],
    ['gives something else', () => 'text'],
    ['promises something else', () => Promise.resolve('text')],
  ] as const;
  it.each(failing)('fails the stream where the transform %s', async (_name, transform) => {
    const seen: unknown[] = [];
    const decoder = new Decoder(
      { role: 'server', rsv1: true, transform: transform as () => Uint8Array },
      { message: () => seen.push('message'), error: (error) => seen.push(error) },
    );
    decoder.write(stream.slice());
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      code: 'WS_ERR_INVALID_EXTENSION_DATA',
      closeCode: 1007,
      offset: 6,
    });
    expect((seen[0] as Error).cause).toBeInstanceOf(Error);
  });

  it('takes the transform’s own ProtocolError, and checks what it gives', () => {
    const own = new ProtocolError(VIOLATION.UNSUPPORTED_MESSAGE_LENGTH, {
      offset: 0,
      role: 'server',
    });
    const outcome = (transform: () => Uint8Array, maxPayload = 100) =>
      decode([stream], { role: 'server', rsv1: true, transform, maxPayload })[0][1];
    expect(
      outcome(() => {
        throw own;
      }),
    ).toBe('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH');
    expect(outcome(() => new Uint8Array(101))).toBe('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH');
    expect(outcome(() => hex('ff'))).toBe('WS_ERR_INVALID_UTF8');
  });
});

describe('endOfStream', () => {
  it.each(['', '81', '81 05 48', '01 01 61', '81 01 61'])('after %j fails with 1006', (text) => {
    const errors: ProtocolError[] = [];
    const decoder = new Decoder({ role: 'client' }, { error: (error) => errors.push(error) });
    decoder.write(hex(text));
    decoder.endOfStream();
    const offset = hex(text).length;
    expect(errors).toMatchObject([
      { code: 'WS_ERR_UNEXPECTED_END', closeCode: 1006, offset, role: 'client' },
    ]);
  });

  it('after a close frame is as it should be', () => {
    const decoder = new Decoder({ role: 'client' });
    decoder.write(hex('88 00'));
    decoder.endOfStream();
    expect(decoder.error).toBeNull();
  });
});

describe('decode', () => {
  it('returns what happened, and the error last', () => {
    const decoder = new Decoder({ role: 'client', delivery: 'string' });
    expect(decoder.decode(hex('81 02 68 69 | 89 01 70 | 8a 00'))).toMatchObject([
      { type: 'message', data: 'hi', isBinary: false },
      { type: 'ping' },
      { type: 'pong' },
    ]);
    expect(decoder.decode(hex('82 01 07 | 83 00'))).toMatchObject([
      { type: 'message', isBinary: true },
      { type: 'error', error: { code: 'WS_ERR_INVALID_OPCODE' } },
    ]);
    expect(decoder.decode(hex('82 01 07'))).toEqual([]);
  });

  it('has nothing to return of borrowed memory', () => {
    expect(() =>
      new Decoder({ role: 'client', delivery: 'borrowed' }).decode(hex('82 00')),
    ).toThrow(TypeError);
  });
});
