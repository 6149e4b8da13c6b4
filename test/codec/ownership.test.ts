// Who owns what: views, copies, strings and borrowed memory; what happens to the chunk; and that nothing of
// one connection is reachable from another.

import { describe, expect, it } from 'vitest';
import { Decoder, type Delivery } from '../../src/index.ts';
import { frame, join, sharedBytes, toHex, utf8 } from '../support/bytes.ts';

const KEY = [0x11, 0x22, 0x33, 0x44];
/** Chunks on every road: one short frame, a run of short ones, one long one, one of many tiles. */
const PAYLOADS: readonly (readonly Uint8Array[])[] = [
  [utf8('short')],
  Array.from({ length: 300 }, (_, i) => utf8(`message ${i}`)),
  [new Uint8Array(20_000).fill(0x61)],
  [new Uint8Array(150_000).fill(0x62), utf8('and one behind')],
];

function streamOf(payloads: readonly Uint8Array[], role: 'server' | 'client'): Uint8Array {
  const key = role === 'server' ? KEY : null;
  return join(...payloads.map((payload) => frame({ opcode: 2, payload, key })));
}

/** Decodes one chunk; `keep` looks at each message while its handler runs. */
function decodeChunk(
  chunk: Uint8Array,
  role: 'server' | 'client',
  delivery: Delivery,
  preserve = false,
): Uint8Array[] {
  const messages: Uint8Array[] = [];
  const decoder = new Decoder(
    { role, delivery, preserve },
    {
      message(data, _isBinary, start, end) {
        const bytes = data as Uint8Array;
        messages.push(delivery === 'borrowed' ? bytes.slice(start, end) : bytes);
      },
    },
  );
  decoder.write(chunk);
  return messages;
}

describe.each(['server', 'client'] as const)('a %s', (role) => {
  describe.each(PAYLOADS.map((payloads) => ({ payloads, count: payloads.length })))(
    'reading $count messages in a chunk',
    ({ payloads }) => {
      const stream = streamOf(payloads, role);

      it('views lie in the chunk', () => {
        const chunk = stream.slice();
        const messages = decodeChunk(chunk, role, 'view');
        expect(messages.map(toHex)).toEqual(payloads.map(toHex));
        // A message larger than a tile has memory of its own where it had to be put together.
        const short = messages.filter(({ length }) => length <= 20_000);
        for (const message of short) expect(message.buffer).toBe(chunk.buffer);
      });

      it.each(['copy', 'string', 'borrowed'] as const)('%s leaves the chunk alone', (delivery) => {
        const chunk = stream.slice();
        const messages = decodeChunk(chunk, role, delivery);
        expect(toHex(chunk)).toBe(toHex(stream));
        chunk.fill(0);
        expect(messages.map(toHex)).toEqual(payloads.map(toHex));
      });

      it('copies have memory of their own, with nothing else in it', () => {
        for (const message of decodeChunk(stream.slice(), role, 'copy')) {
          expect(message.buffer.byteLength).toBe(message.length);
        }
      });

      it('preserve leaves the chunk alone, with views too', () => {
        const chunk = stream.slice();
        const messages = decodeChunk(chunk, role, 'view', true);
        expect(toHex(chunk)).toBe(toHex(stream));
        expect(messages.map(toHex)).toEqual(payloads.map(toHex));
      });

      it('bytes around the chunk are neither read nor written', () => {
        const memory = new Uint8Array(stream.length + 64).fill(0xa5);
        memory.set(stream, 32);
        const messages = decodeChunk(memory.subarray(32, 32 + stream.length), role, 'view');
        expect(messages.map(toHex)).toEqual(payloads.map(toHex));
        const around = [...memory.subarray(0, 32), ...memory.subarray(32 + stream.length)];
        expect(around.every((byte) => byte === 0xa5)).toBe(true);
      });
    },
  );
});

describe('messages in pieces', () => {
  it.each(['view', 'copy', 'borrowed', 'string'] as const)(
    'have memory of their own, with nothing else in it, as %s',
    (delivery) => {
      const payload = new Uint8Array(5000).fill(7);
      const stream = join(
        frame({ opcode: 2, fin: false, payload: payload.subarray(0, 3000), key: KEY }),
        frame({ opcode: 0, payload: payload.subarray(3000), key: KEY }),
      );
      let seen: Uint8Array | undefined;
      const decoder = new Decoder(
        { role: 'server', delivery },
        {
          message(data) {
            seen = data as Uint8Array;
          },
        },
      );
      for (let at = 0; at < stream.length; at += 700) decoder.write(stream.slice(at, at + 700));
      expect(seen?.length).toBe(5000);
      expect(seen?.buffer.byteLength).toBe(5000);
      expect(seen?.every((byte) => byte === 7)).toBe(true);
    },
  );
});

describe('shared memory', () => {
  const payloads = ['first', 'second', 'é third', 'x'.repeat(20_000), 'last'].map(utf8);

  function sharedChunk(bytes: Uint8Array): Uint8Array {
    const chunk = sharedBytes(bytes.length);
    chunk.set(bytes);
    return chunk as Uint8Array;
  }

  describe.each(['server', 'client'] as const)('of a %s', (role) => {
    const key = role === 'server' ? KEY : null;
    const stream = join(...payloads.map((payload) => frame({ opcode: 1, payload, key })));

    it.each(['view', 'copy', 'string', 'borrowed'] as const)(
      'is copied at the entrance: what another thread writes later is not seen, as %s',
      (delivery) => {
        const seen: string[] = [];
        let chunk: Uint8Array;
        const note = (data: Uint8Array | string, start: number, end: number) => {
          const isBorrowed = delivery === 'borrowed';
          if (typeof data === 'string') seen.push(data);
          else
            seen.push(new TextDecoder().decode(isBorrowed ? data.slice(start, end) : data.slice()));
          chunk.fill(0xff);
        };
        for (let split = 0; split < 40; split++) {
          for (const pausing of [false, true]) {
            seen.length = 0;
            const decoder = new Decoder<Delivery>(
              { role, delivery },
              {
                message: (data, _isBinary, start, end) => {
                  note(data, start, end);
                  if (pausing) decoder.pause();
                },
              },
            );
            for (const part of [stream.subarray(0, split), stream.subarray(split)]) {
              chunk = sharedChunk(part);
              decoder.write(chunk);
              chunk.fill(0xff);
            }
            for (let i = 0; i < payloads.length; i++) decoder.resume();
            expect(seen.map(utf8).map(toHex)).toEqual(payloads.map(toHex));
          }
        }
      },
    );
  });
});

describe('isolation', () => {
  const secret = utf8(
    'the secret of another connection, long enough to leave traces in any scratch',
  );

  it('what one connection sent is in no memory another one is given', () => {
    const first = new Decoder({ role: 'server', delivery: 'copy' }, { message() {} });
    first.write(streamOf(Array(500).fill(secret), 'server'));
    for (const delivery of ['view', 'copy', 'string'] as const) {
      for (const payloads of PAYLOADS) {
        const chunk = streamOf(payloads, 'server').slice();
        for (const message of decodeChunk(chunk, 'server', delivery)) {
          const all = toHex(new Uint8Array(message.buffer));
          expect(all.includes(toHex(utf8('the secret')))).toBe(false);
        }
      }
    }
  });

  it('a key pool, a half-read header and a half-read character stay with their connection', () => {
    const texts: string[] = [];
    const a = new Decoder(
      { role: 'server', delivery: 'string' },
      { message: (data) => texts.push(`a ${data}`) },
    );
    const b = new Decoder(
      { role: 'server', delivery: 'string' },
      { message: (data) => texts.push(`b ${data}`) },
    );
    const streamA = frame({ opcode: 1, payload: utf8('안녕'), key: [1, 2, 3, 4] });
    const streamB = frame({ opcode: 1, payload: utf8('세계'), key: [5, 6, 7, 8] });
    for (let at = 0; at < streamA.length; at++) {
      a.write(streamA.slice(at, at + 1));
      b.write(streamB.slice(at, at + 1));
    }
    expect(texts).toEqual(['a 안녕', 'b 세계']);
  });
});

describe('strings', () => {
  it('are cut right out of groups, ASCII and not, short and long, in one chunk', () => {
    const texts = Array.from({ length: 400 }, (_, i) => {
      const kinds = [
        `ascii ${i}`,
        `안녕 ${i} 👋`,
        '',
        'x'.repeat(i * 30),
        '가'.repeat(i * 10),
        'é',
      ];
      return kinds[i % kinds.length];
    });
    const stream = join(
      ...texts.map((text) => frame({ opcode: 1, payload: utf8(text), key: KEY })),
    );
    const seen: unknown[] = [];
    const decoder = new Decoder(
      { role: 'server', delivery: 'string' },
      { message: (data) => seen.push(data) },
    );
    decoder.write(stream);
    expect(seen).toEqual(texts);
  });
});
