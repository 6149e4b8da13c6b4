// What is sent, byte for byte against the naive frames, and back through the decoder; batches, prepared
// messages, masking keys; and that no byte of another connection, or of nobody, is ever sent.

import { describe, expect, it } from 'vitest';
import { BatchWriter, Decoder, Encoder, PreparedMessage, prepare } from '../../src/index.ts';
import { equal, frame, hex, join, keyNumber, naiveMask, toHex, utf8 } from '../support/bytes.ts';
import { decode } from '../support/decode.ts';

const KEY = [0x37, 0xfa, 0x21, 0x3d];
const maskingKey = () => keyNumber(KEY);
const ROLES = [
  { role: 'server', key: null },
  { role: 'client', key: KEY },
] as const;
const LENGTHS = [
  0, 1, 15, 23, 24, 41, 42, 63, 64, 124, 125, 126, 127, 128, 1000, 2700, 2729, 2730, 2731, 4095,
  4096,
];
const LARGE = [8188, 8192, 65_531, 65_535, 65_536, 70_000, 200_000];

describe.each(ROLES)('a $role', ({ role, key }) => {
  const encoder = new Encoder({ role, maskingKey });

  it.each([...LENGTHS, ...LARGE])('frames of %i bytes are as the diagram has them', (length) => {
    const payload = new Uint8Array(length).map((_, i) => i * 31);
    expect(toHex(encoder.binary(payload))).toBe(toHex(frame({ opcode: 2, payload, key })));
    for (const letter of ['a', 'é', '가', '😀']) {
      const text = letter.repeat(Math.ceil(length / letter.length)).slice(0, length);
      const bytes = utf8(text);
      if (toHex(encoder.text(text)) !== toHex(frame({ opcode: 1, payload: bytes, key }))) {
        expect.fail(`${length} times ${letter}`);
      }
      expect(toHex(encoder.text(bytes))).toBe(toHex(frame({ opcode: 1, payload: bytes, key })));
    }
  });

  it('the examples of §5.7', () => {
    const [text, ping] =
      key === null
        ? ['81 05 48 65 6c 6c 6f', '89 05 48 65 6c 6c 6f']
        : ['81 85 37 fa 21 3d 7f 9f 4d 51 58', '89 85 37 fa 21 3d 7f 9f 4d 51 58'];
    expect(toHex(encoder.text('Hello'))).toBe(toHex(hex(text)));
    expect(toHex(encoder.ping('Hello'))).toBe(toHex(hex(ping)));
  });

  it('control frames, with and without payload', () => {
    const reason = join(hex('0f a0'), utf8('안녕'));
    expect(toHex(encoder.ping())).toBe(toHex(frame({ opcode: 9, key })));
    expect(toHex(encoder.pong(hex('01 02')))).toBe(
      toHex(frame({ opcode: 10, payload: hex('01 02'), key })),
    );
    expect(toHex(encoder.close())).toBe(toHex(frame({ opcode: 8, key })));
    expect(toHex(encoder.close(1000))).toBe(
      toHex(frame({ opcode: 8, payload: hex('03 e8'), key })),
    );
    expect(toHex(encoder.close(4000, '안녕'))).toBe(
      toHex(frame({ opcode: 8, payload: reason, key })),
    );
    expect(encoder.ping(new Uint8Array(125)).length).toBe(key === null ? 127 : 131);
  });

  it('what must not be sent throws and sends nothing', () => {
    const writer = new BatchWriter({ role });
    for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, 1.5, Number.NaN]) {
      expect(() => writer.close(code)).toThrow(RangeError);
    }
    expect(() => writer.close(undefined, 'why')).toThrow(RangeError);
    expect(() => writer.close(1000, '가'.repeat(42))).toThrow(RangeError);
    expect(() => writer.ping(new Uint8Array(126))).toThrow(RangeError);
    expect(() => writer.pong('가'.repeat(42))).toThrow(RangeError);
    expect(() => writer.frame(9, '', { fin: false })).toThrow(RangeError);
    expect(() => writer.binary('text' as never)).not.toThrow();
    expect(() => writer.binary(null as never)).toThrow(TypeError);
    expect(() => writer.fragments('text', 0)).toThrow(RangeError);
    for (const opcode of [-1, 16, 1.5, Number.NaN]) {
      expect(() => writer.frame(opcode, '')).toThrow(RangeError);
    }
    expect(writer.bytes).toBe(key === null ? 6 : 10);
  });

  it('fragments of any size are one message again', () => {
    const text = '여러 조각으로 나눈 메시지. '.repeat(30);
    for (const size of [1, 2, 5, 100, 125, 126, 1000, 10_000]) {
      const frames = encoder.fragments(text, size);
      expect(frames).toHaveLength(Math.ceil(utf8(text).length / size));
      const peer = role === 'server' ? 'client' : 'server';
      expect(decode(frames, { role: peer })).toEqual([['text', text]]);
    }
    expect(encoder.fragments(new Uint8Array(0), 5)).toHaveLength(1);
    expect(encoder.fragments(new Uint8Array(10), 5)).toHaveLength(2);
  });

  it('fin and rsv1 as asked', () => {
    const bytes = encoder.frame(2, hex('01'), { fin: false, rsv1: true });
    expect(toHex(bytes)).toBe(
      toHex(frame({ opcode: 2, fin: false, rsv: 0x40, payload: hex('01'), key })),
    );
    const rest = encoder.frame(0, hex('02'));
    expect(toHex(rest)).toBe(toHex(frame({ opcode: 0, payload: hex('02'), key })));
  });

  it('what was handed in is not changed, and what was handed out stays', () => {
    const payload = new Uint8Array(3000).fill(7);
    const first = encoder.binary(payload);
    const before = toHex(first);
    payload.fill(9);
    for (let i = 0; i < 100; i++) encoder.text('something else to write over it '.repeat(50));
    expect(toHex(first)).toBe(before);
  });
});

describe('a batch', () => {
  const payloads = LENGTHS.map((length) => new Uint8Array(length).fill(length));

  it.each(ROLES)('of a $role is all its frames, in order', ({ role, key }) => {
    const writer = new BatchWriter({ role, maskingKey });
    const expected: Uint8Array[] = [];
    for (let round = 0; round < 20; round++) {
      for (const payload of [
        ...payloads,
        new Uint8Array(9000).fill(1),
        new Uint8Array(70_000).fill(2),
      ]) {
        writer.binary(payload);
        expected.push(frame({ opcode: 2, payload, key }));
      }
      writer.text('끝');
      expected.push(frame({ opcode: 1, payload: utf8('끝'), key }));
    }
    const whole = join(...expected);
    expect(writer.bytes).toBe(whole.length);
    const segments = writer.take();
    expect(equal(join(...segments), whole)).toBe(true);
    expect(writer.bytes).toBe(0);
    expect(writer.take()).toEqual([]);
  });

  it('of small frames is one segment', () => {
    for (const { role } of ROLES) {
      const writer = new BatchWriter({ role });
      for (let i = 0; i < 200; i++) writer.text(`message ${i}`);
      expect(writer.take()).toHaveLength(1);
    }
  });

  it('of two writers at once stays apart', () => {
    for (const { role, key } of ROLES) {
      const a = new BatchWriter({ role, maskingKey });
      const b = new BatchWriter({ role, maskingKey });
      const encoder = new Encoder({ role, maskingKey });
      const expected: [Uint8Array[], Uint8Array[]] = [[], []];
      for (let i = 0; i < 300; i++) {
        a.text(`to a ${i}`);
        expected[0].push(frame({ opcode: 1, payload: utf8(`to a ${i}`), key }));
        if (i % 3 === 0) {
          b.text(`to b ${i}`);
          expected[1].push(frame({ opcode: 1, payload: utf8(`to b ${i}`), key }));
        }
        if (i % 50 === 0) encoder.ping();
      }
      expect(toHex(join(...a.take()))).toBe(toHex(join(...expected[0])));
      expect(toHex(join(...b.take()))).toBe(toHex(join(...expected[1])));
    }
  });

  it('passes a server’s large payloads on as they are', () => {
    const payload = new Uint8Array(50_000).fill(3);
    const writer = new BatchWriter({ role: 'server' });
    writer.binary(payload);
    const segments = writer.take();
    expect(segments.some((segment) => segment.buffer === payload.buffer)).toBe(true);
  });

  it('tells when there is something to take, once a batch', () => {
    let told = 0;
    const writer = new BatchWriter({ role: 'server' }, () => told++);
    writer.text('a');
    writer.text('b');
    expect(told).toBe(1);
    writer.take();
    writer.prepared(prepare('c'));
    expect(told).toBe(2);
  });
});

describe('a prepared message', () => {
  it.each([...LENGTHS, ...LARGE])('of %i bytes is its frame', (length) => {
    const payload = new Uint8Array(length).fill(0x61);
    const binary = prepare(payload);
    expect(binary).toBeInstanceOf(PreparedMessage);
    expect(binary.isBinary).toBe(true);
    expect(toHex(binary.frame)).toBe(toHex(frame({ opcode: 2, payload })));
    expect(toHex(binary.payload)).toBe(toHex(payload));
    const text = prepare('a'.repeat(length));
    expect(text.isBinary).toBe(false);
    expect(toHex(text.frame)).toBe(toHex(frame({ opcode: 1, payload })));
    expect(toHex(prepare(payload, { binary: false, rsv1: true }).frame)).toBe(
      toHex(frame({ opcode: 1, rsv: 0x40, payload })),
    );
  });

  it.each([1, 20, 41, 42, 100, 21_000, 21_845, 22_000])(
    'of %i Korean letters is its frame',
    (count) => {
      const text = '한'.repeat(count);
      const { frame: bytes, payload } = prepare(text);
      expect(toHex(bytes)).toBe(toHex(frame({ opcode: 1, payload: utf8(text) })));
      expect(toHex(payload)).toBe(toHex(utf8(text)));
    },
  );

  it('is a copy, is sent by servers as it is, and masked anew by clients', () => {
    const payload = new Uint8Array(300).fill(1);
    const message = prepare(payload);
    payload.fill(2);
    const server = new BatchWriter({ role: 'server' });
    server.prepared(message);
    server.prepared(message);
    const one = frame({ opcode: 2, payload: new Uint8Array(300).fill(1) });
    expect(toHex(join(...server.take()))).toBe(toHex(join(one, one)));
    const client = new BatchWriter({ role: 'client' });
    client.prepared(message);
    client.prepared(message);
    const sent = join(...client.take());
    expect(decode([sent], { role: 'server' })).toEqual(Array(2).fill(['binary', '01'.repeat(300)]));
    expect(toHex(sent.subarray(4, 8))).not.toBe(toHex(sent.subarray(312, 316)));
  });

  it.each([
    ['nothing', undefined, 'made by prepare()'],
    ['text', 'text', 'made by prepare()'],
    ['bytes', new Uint8Array(3), 'made by prepare()'],
    [
      'an object of the same shape',
      { block: new Uint8Array(9), start: 0, end: 9 },
      'made by prepare()',
    ],
    ['a message of another format', { [Symbol.for('wsimd.prepared')]: 2 }, 'its format is 2'],
  ])('rejects %s in its place, and queues nothing', (_name, message, why) => {
    for (const role of ['server', 'client'] as const) {
      const writer = new BatchWriter({ role });
      const send = () => writer.prepared(message as never);
      expect(send).toThrow(TypeError);
      expect(send).toThrow(why);
      expect(writer.take()).toEqual([]);
    }
  });

  it('several prepared one after another leave as one segment', () => {
    const messages = Array.from({ length: 20 }, (_, i) => prepare(`message ${i}`));
    const writers = Array.from({ length: 5 }, () => new BatchWriter({ role: 'server' }));
    for (const writer of writers) {
      for (const message of messages) writer.prepared(message);
      const [segment] = writer.take();
      expect(segment.buffer).toBe(messages[0].frame.buffer);
    }
  });
});

describe('masking keys', () => {
  it('are fresh for every frame, and never all the same byte by habit', () => {
    const encoder = new Encoder({ role: 'client' });
    const keys = new Set<string>();
    for (let i = 0; i < 5000; i++) keys.add(toHex(encoder.binary(new Uint8Array(0)).slice(2, 6)));
    // 5,000 of 2^32: two alike are to be expected once in 340 runs, three hardly ever.
    expect(keys.size).toBeGreaterThanOrEqual(4998);
  });

  it('come from the platform’s cryptographic random numbers', () => {
    const { crypto } = globalThis;
    const real = crypto.getRandomValues.bind(crypto);
    let asked = 0;
    crypto.getRandomValues = ((array: Int32Array<ArrayBuffer>) => {
      asked++;
      return real(array);
    }) as typeof crypto.getRandomValues;
    try {
      const encoder = new Encoder({ role: 'client' });
      for (let i = 0; i < 3000; i++) encoder.ping();
    } finally {
      crypto.getRandomValues = real as typeof crypto.getRandomValues;
    }
    expect(asked).toBeGreaterThanOrEqual(2);
  });
});

describe('round trips', () => {
  it('what one end encodes the other decodes, every length to 300, both roles', () => {
    for (const { role } of ROLES) {
      const writer = new BatchWriter({ role });
      const expected: unknown[] = [];
      for (let length = 0; length <= 300; length++) {
        const payload = new Uint8Array(length).fill(length);
        writer.binary(payload);
        writer.text('é'.repeat(length));
        expected.push(['binary', toHex(payload)], ['text', 'é'.repeat(length)]);
      }
      writer.ping('ping');
      writer.close(1001, 'bye');
      expected.push(['ping', toHex(utf8('ping'))], ['close', 1001, 'bye']);
      const peer = role === 'server' ? 'client' : 'server';
      expect(decode([join(...writer.take())], { role: peer })).toEqual(expected);
    }
  });

  it('a client’s frames unmask to what went in, by the naive loop', () => {
    const payload = utf8('by the naive loop');
    const sent = new Encoder({ role: 'client' }).text(payload);
    expect(toHex(naiveMask(sent.slice(6), [...sent.slice(2, 6)]))).toBe(toHex(payload));
    expect(new Decoder({ role: 'server', delivery: 'string' }).decode(sent)).toMatchObject([
      { type: 'message', data: 'by the naive loop' },
    ]);
  });
});

describe('lone surrogates', () => {
  it('are sent as U+FFFD, on every road', () => {
    for (const { role } of ROLES) {
      const peer = role === 'server' ? 'client' : 'server';
      for (const text of ['\ud800', `a\udc00${'b'.repeat(50)}`, `${'c'.repeat(5000)}\ud83d`]) {
        const expected = [['text', text.replace(/[\ud800-\udfff]/, '\ufffd')]];
        expect(decode([new Encoder({ role }).text(text)], { role: peer })).toEqual(expected);
      }
    }
  });
});
