// Bytes of one connection never reach another: every connection has a byte of its own, and nobody ever sees
// another's. Fresh memory is poisoned, so that what is sent without having been written shows.

import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  BatchWriter,
  Decoder,
  type Delivery,
  Encoder,
  type ProtocolError,
  prepare,
} from '../../src/index.ts';
import { frame, join, toHex } from '../support/bytes.ts';
import { Random, seed } from '../support/random.ts';

const CONNECTIONS = 16;
/** The byte of connection `i`. */
const taintOf = (i: number): number => 0x41 + i;
const SIZES = [0, 1, 7, 47, 48, 125, 126, 1024, 5000, 70_000];

/** The bytes that are not this connection's. */
function strangersIn(bytes: Uint8Array, taint: number): number {
  return bytes.reduce((count, byte) => (byte === taint ? count : count + 1), 0);
}

afterEach(() => vi.restoreAllMocks());

describe('receiving', () => {
  it.each<Delivery>(['view', 'copy', 'string', 'borrowed'])(
    'delivery %s: interleaved connections see their own bytes only',
    (delivery) => {
      for (const role of ['server', 'client'] as const) {
        const random = new Random(seed);
        const counts = Array.from({ length: CONNECTIONS }, () => 0);
        const kept: { bytes: Uint8Array; taint: number }[] = [];
        const streams = counts.map((_, i) => {
          const key = role === 'server' ? [i, 99, 7, 200] : null;
          const frames = SIZES.map((size, n) =>
            frame({ opcode: 1 + (n % 2), payload: new Uint8Array(size).fill(taintOf(i)), key }),
          );
          return join(...frames);
        });
        const decoders = counts.map(
          (_, i) =>
            new Decoder<Delivery>(
              { role, delivery },
              {
                message(data, _isBinary, start, end) {
                  counts[i]++;
                  if (typeof data === 'string') {
                    expect(data).toBe(String.fromCharCode(taintOf(i)).repeat(data.length));
                    return;
                  }
                  const bytes = delivery === 'borrowed' ? data.subarray(start, end) : data;
                  expect(strangersIn(bytes, taintOf(i))).toBe(0);
                  if (delivery === 'copy') expect(data.buffer.byteLength).toBe(data.length);
                  if (delivery !== 'borrowed') kept.push({ bytes: data, taint: taintOf(i) });
                },
              },
            ),
        );
        const at = counts.map(() => 0);
        while (at.some((offset, i) => offset < streams[i].length)) {
          const i = random.below(CONNECTIONS);
          const end = Math.min(streams[i].length, at[i] + 1 + random.below(9000));
          decoders[i].write(streams[i].slice(at[i], end));
          at[i] = end;
        }
        expect(counts).toEqual(counts.map(() => SIZES.length));
        // What was handed over long ago is still what it was.
        for (const { bytes, taint } of kept) expect(strangersIn(bytes, taint)).toBe(0);
      }
    },
  );

  it('an error says where and which rule, and nothing of what was sent', () => {
    const secret = 'secret';
    const errors: ProtocolError[] = [];
    const decoder = new Decoder({ role: 'client' }, { error: (error) => errors.push(error) });
    const payload = new TextEncoder().encode(`${secret}\u00ff`);
    payload[payload.length - 1] = 0xff;
    decoder.write(frame({ opcode: 1, payload }));
    const [error] = errors;
    const said = `${error.message} ${JSON.stringify(error)} ${JSON.stringify(Object.values(error))}`;
    expect([error.code, said.includes(secret)]).toEqual(['WS_ERR_INVALID_UTF8', false]);
  });
});

describe('sending', () => {
  it.each(['server', 'client'] as const)('as a %s: interleaved writers send their own', (role) => {
    const random = new Random(seed);
    const writers = Array.from({ length: CONNECTIONS }, () => new BatchWriter({ role }));
    const sent = writers.map((): Uint8Array[] => []);
    for (let n = 0; n < 600; n++) {
      const i = random.below(CONNECTIONS);
      const payload = new Uint8Array(random.pick(SIZES)).fill(taintOf(i));
      const way = random.below(4);
      if (way === 0) writers[i].text(new TextDecoder().decode(payload));
      else if (way === 1) writers[i].prepared(prepare(payload));
      else if (way === 2) writers[i].fragments(payload, 1000);
      else writers[i].binary(payload);
      if (random.chance(0.2)) sent[i].push(...writers[i].take().map((segment) => segment.slice()));
    }
    for (const [i, writer] of writers.entries()) {
      sent[i].push(...writer.take());
      let bytes = 0;
      const decoder = new Decoder(
        { role: role === 'server' ? 'client' : 'server' },
        {
          message(data) {
            bytes += data.length;
            expect(strangersIn(data, taintOf(i))).toBe(0);
          },
          error(error) {
            throw error;
          },
        },
      );
      decoder.write(join(...sent[i]));
      expect([bytes > 0, decoder.isBetweenMessages]).toEqual([true, true]);
    }
  });

  it('sends no byte that nobody wrote: fresh memory is poisoned', async () => {
    vi.resetModules();
    const { allocUnsafeSlow } = Buffer;
    vi.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation((size) =>
      allocUnsafeSlow.call(Buffer, size).fill(0xee),
    );
    const fresh = await import('../../src/index.ts');
    const key = [1, 2, 3, 4];
    const maskingKey = () => 0x04030201;
    for (const role of ['server', 'client'] as const) {
      const encoder = new fresh.Encoder({ role, maskingKey });
      for (const size of SIZES) {
        const payload = new Uint8Array(size).fill(0x61);
        const expected = (opcode: number) =>
          toHex(frame({ opcode, payload, key: role === 'client' ? key : null }));
        expect(toHex(encoder.binary(payload))).toBe(expected(2));
        expect(toHex(encoder.text('a'.repeat(size)))).toBe(expected(1));
        if (size <= 125) expect(toHex(encoder.ping(payload))).toBe(expected(9));
        const { frame: prepared } = fresh.prepare(payload);
        expect(toHex(prepared)).toBe(toHex(frame({ opcode: 2, payload })));
      }
    }
  });

  it('a prepared message is what was prepared, whatever becomes of its source', () => {
    const source = new Uint8Array(9000).fill(1);
    const message = prepare(source);
    source.fill(2);
    expect(strangersIn(message.payload, 1)).toBe(0);
  });
});

describe('masking keys', () => {
  it('are the platform’s random numbers, each handed out once', async () => {
    vi.resetModules();
    let next = 1;
    const fill = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
      const keys = array as unknown as Int32Array;
      for (let i = 0; i < keys.length; i++) keys[i] = next++;
      return array;
    });
    const { nextMaskingKey } = await import('../../src/codec/masking-keys.ts');
    const keys = Array.from({ length: 5000 }, () => nextMaskingKey());
    expect(new Set(keys).size).toBe(5000);
    expect(Math.max(...keys)).toBeLessThan(next);
    expect(fill.mock.calls.length).toBe(Math.ceil(5000 / 1024));
    // The pool forgets what it gave.
    const pool = fill.mock.calls[0][0] as unknown as Int32Array;
    const left = pool.filter((key) => key !== 0).length;
    expect(left).toBe(1024 * fill.mock.calls.length - 5000);
  });

  it('of frames one after another do not repeat', () => {
    const encoder = new Encoder({ role: 'client' });
    const keys = Array.from({ length: 1000 }, () =>
      toHex(encoder.binary(new Uint8Array(1))).slice(4, 12),
    );
    expect(new Set(keys).size).toBeGreaterThan(995);
  });
});
