// What a batch writer gives away: which bytes lie together, which are copies, and what it refuses.

import { describe, expect, it } from 'vitest';
import { BatchWriter, Encoder, prepare } from '../../src/index.ts';
import { equal, frame, hex, join, keyNumber, toHex, utf8 } from '../support/bytes.ts';

const KEY = [0x81, 2, 0x93, 4];
const maskingKey = () => keyNumber(KEY);
const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => i * 7);
const lengths = (segments: Uint8Array[]) => segments.map(({ length }) => length);

const writer = (role: 'server' | 'client', whenQueued?: () => void) =>
  new BatchWriter({ role, maskingKey }, whenQueued);

describe('a server’s payload', () => {
  it.each([
    [4095, false],
    [4096, true],
  ])('of %i bytes leaves by reference: %s', (length, isReferred) => {
    const payload = bytes(length);
    const others = bytes(40_000);
    for (const how of ['binary', 'raw'] as const) {
      const batch = writer('server');
      batch.binary(others);
      batch[how](payload);
      expect(batch.take().some(({ buffer }) => buffer === payload.buffer)).toBe(isReferred);
    }
  });

  it('is never referred to by a client, but for what is raw', () => {
    const payload = bytes(50_000);
    const batch = writer('client');
    batch.binary(payload);
    batch.raw(payload);
    const [masked, raw] = batch.take();
    expect([masked.buffer === payload.buffer, raw.buffer === payload.buffer]).toEqual([
      false,
      true,
    ]);
    expect(equal(masked, frame({ opcode: 2, payload, key: KEY }))).toBe(true);
  });
});

describe('segments', () => {
  it.each([
    [32_767, 1],
    [32_768, 4],
  ])('of %i bytes together leave as %i', (total, count) => {
    const batch = writer('server');
    const payload = bytes((total - 8) / 2);
    const rest = bytes(total - 8 - payload.length);
    batch.binary(payload);
    batch.binary(rest);
    expect(batch.bytes).toBe(total);
    const segments = batch.take();
    expect(segments).toHaveLength(count);
    const expected = [payload, rest].map((part) => frame({ opcode: 2, payload: part }));
    expect(equal(join(...segments), join(...expected))).toBe(true);
  });

  it('alone leaves as it lies, however short', () => {
    const batch = writer('server');
    const message = prepare('shared');
    batch.prepared(message);
    const [segment] = batch.take();
    expect(segment.buffer).toBe(message.frame.buffer);
    expect(segment.byteOffset).toBe(message.frame.byteOffset);
  });

  it('of a client are what fits into the staging block, frame behind frame', () => {
    const batch = writer('client');
    for (let i = 0; i < 131; i++) batch.binary(bytes(1000));
    // The 66th might not fit, header and all; each is 1,008 bytes.
    expect(lengths(batch.take())).toEqual([65 * 1008, 65 * 1008, 1008]);
    // Another writer begins at the beginning of the block, and may fill it.
    const other = writer('client');
    for (let i = 0; i < 65; i++) other.raw(bytes(1024));
    expect(lengths(other.take())).toEqual([65_536, 1024]);
  });

  it('of a client stay as they are when the block is used again', () => {
    const first = writer('client');
    first.text('first');
    const segments = first.take();
    const second = writer('client');
    for (let i = 0; i < 100; i++) second.binary(bytes(2000));
    expect(toHex(join(...segments))).toBe(
      toHex(frame({ opcode: 1, payload: utf8('first'), key: KEY })),
    );
  });

  it('of raw bytes lie with frames before and behind', () => {
    for (const role of ['server', 'client'] as const) {
      const batch = writer(role);
      batch.raw(new Uint8Array(0));
      expect([batch.bytes, batch.take()]).toEqual([0, []]);
      for (let i = 0; i < 20; i++) {
        batch.binary(bytes(2000));
        batch.raw(bytes(300));
      }
      expect(batch.bytes).toBeGreaterThan(32_768);
      expect(batch.take()).toHaveLength(1);
    }
  });
});

describe('whenQueued', () => {
  it.each([
    ['text', (batch: BatchWriter) => batch.text('a')],
    ['bytes by reference', (batch: BatchWriter) => batch.binary(bytes(9000))],
    ['raw bytes', (batch: BatchWriter) => batch.raw(bytes(3))],
    ['fragments', (batch: BatchWriter) => batch.fragments('abc', 1)],
  ])('is called once a batch, with %s', (_name, send) => {
    for (const role of ['server', 'client'] as const) {
      let told = 0;
      const batch = writer(role, () => told++);
      for (let turn = 1; turn <= 2; turn++) {
        send(batch);
        send(batch);
        expect(told).toBe(turn);
        expect(batch.bytes).toBeGreaterThan(0);
        batch.take();
      }
    }
  });

  it('after each fragment its caller is called', () => {
    const sizes: number[] = [];
    const batch = writer('server');
    batch.fragments('abcde', 2, () => sizes.push(batch.bytes));
    expect(sizes).toEqual([4, 8, 11]);
  });
});

describe('what a writer refuses', () => {
  it.each(['peer', undefined, null])('the role %s', (role) => {
    const message = `option role must be server or client, not ${role}`;
    expect(() => new BatchWriter({ role: role as never })).toThrow(new TypeError(message));
    expect(() => new Encoder({ role: role as never })).toThrow(new TypeError(message));
  });

  it('opcodes and sizes that are none, by name', () => {
    const batch = writer('server');
    for (const opcode of [-1, 16, 0.5, Number.NaN]) {
      const message = 'opcode must be an integer from 0 to 15';
      expect(() => batch.frame(opcode, '')).toThrow(new RangeError(message));
    }
    for (const size of [0, -1, 1.5, Number.NaN]) {
      const message = 'size must be a positive integer';
      expect(() => batch.fragments('text', size)).toThrow(new RangeError(message));
    }
    expect(batch.bytes).toBe(0);
    batch.frame(0, '');
    batch.frame(15, '');
    expect(toHex(join(...batch.take()))).toBe('80008f00');
  });
});

describe('texts whose length is not what was guessed', () => {
  // The header grows where a text of so many units has more bytes than units.
  it.each(['é', '가', '😀'])('%s, round the edges of the header', (letter) => {
    for (const role of ['server', 'client'] as const) {
      const key = role === 'client' ? KEY : null;
      for (const count of [1, 40, 41, 42, 60, 62, 63, 64, 100, 125, 126, 800]) {
        const text = letter.repeat(count);
        const batch = writer(role);
        batch.text('before');
        batch.text(text);
        batch.text('behind');
        const expected = ['before', text, 'behind'].map((each) =>
          frame({ opcode: 1, payload: utf8(each), key }),
        );
        expect(toHex(join(...batch.take()))).toBe(toHex(join(...expected)));
      }
    }
  });
});

describe('room', () => {
  it.each(['server', 'client'] as const)(
    'for a %s’s text is enough at the end of a block',
    (role) => {
      const key = role === 'client' ? KEY : null;
      const batch = writer(role);
      const expected: Uint8Array[] = [];
      for (let i = 0; i < 2500; i++) {
        const text = '가'.repeat(i % 97);
        batch.text(text);
        expected.push(frame({ opcode: 1, payload: utf8(text), key }));
      }
      expect(equal(join(...batch.take()), join(...expected))).toBe(true);
    },
  );
});

describe('bytes of any kind', () => {
  const memory = Uint8Array.from([1, 2, 3, 4, 5, 6]).buffer;

  it.each([
    ['an ArrayBuffer', memory, '010203040506'],
    ['a Uint16Array', new Uint16Array(memory, 2, 2), '03040506'],
    ['a DataView', new DataView(memory, 1, 3), '020304'],
  ])('are sent: %s', (_name, data, expected) => {
    const payload = hex(expected);
    const batch = writer('server');
    batch.binary(data);
    batch.ping(data);
    batch.fragments(data, 9);
    const [binary, ping] = [2, 9].map((opcode) => frame({ opcode, payload }));
    expect(toHex(join(...batch.take()))).toBe(toHex(join(binary, ping, binary)));
    expect(toHex(prepare(data).frame)).toBe(toHex(binary));
  });
});

describe('close', () => {
  it.each([
    [1000, '', '03e8'],
    [4999, '끝', '1387eb819d'],
    [undefined, '', ''],
  ])('%s %j', (code, reason, payload) => {
    const batch = writer('server');
    batch.close(code, reason);
    const expected = frame({ opcode: 8, payload: hex(payload) });
    expect(toHex(join(...batch.take()))).toBe(toHex(expected));
    expect(toHex(new Encoder({ role: 'server' }).close(code, reason))).toBe(toHex(expected));
  });
});

describe('an encoder', () => {
  it.each([32_760, 32_768, 70_000])('gives a frame of %i bytes in one piece, a copy', (length) => {
    for (const role of ['server', 'client'] as const) {
      const payload = bytes(length);
      const encoded = new Encoder({ role, maskingKey }).binary(payload);
      const key = role === 'client' ? KEY : null;
      expect(equal(encoded, frame({ opcode: 2, payload, key }))).toBe(true);
      expect(encoded.buffer).not.toBe(payload.buffer);
    }
  });
});
