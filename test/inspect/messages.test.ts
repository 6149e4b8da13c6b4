// Messages: fragments, control frames between them, permessage-deflate, inflation bombs, truncated input.

import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { closeCodeMeaning, inspect } from '../../src/inspect/index.ts';
import { type FrameParts, frame, hex, join, toHex, utf8 } from '../support/bytes.ts';

const RSV1 = 0x40;
const stream = (...frames: FrameParts[]) => join(...frames.map((parts) => frame(parts)));

describe('fragments', () => {
  it('become a message, with pings between them, and JSON', () => {
    const bytes = stream(
      { opcode: 1, fin: false, payload: utf8('{"안녕":') },
      { opcode: 9, payload: utf8('beat') },
      { opcode: 0, fin: false },
      { opcode: 0, payload: utf8('[1,2]}') },
      { opcode: 2, payload: new Uint8Array([1, 2, 3]) },
    );
    const { messages, frames } = inspect(bytes);
    expect(messages).toMatchObject([
      {
        opcode: 1,
        frames: [0, 2, 3],
        text: '{"안녕":[1,2]}',
        json: { 안녕: [1, 2] },
        complete: true,
      },
      { opcode: 2, frames: [4], length: 3, complete: true },
    ]);
    expect(messages[1].text).toBeUndefined();
    expect(frames[1].preview.text).toBe('beat');
  });

  it('without FIN become an incomplete message', () => {
    const { messages } = inspect(stream({ opcode: 1, fin: false, payload: utf8('half') }));
    expect(messages).toMatchObject([{ text: 'half', complete: false, frames: [0] }]);
    const cut = inspect(stream({ opcode: 1, fin: false, payload: utf8('안녕').subarray(0, 4) }));
    expect(cut.messages).toMatchObject([{ text: '안', complete: false }]);
  });
});

/** Messages as a sender compresses them: with one window for all, or a new one each. */
function compressed(texts: readonly string[], keepsWindow: boolean): Uint8Array[] {
  let dictionary = Buffer.alloc(0);
  return texts.map((text) => {
    const options = keepsWindow && dictionary.length > 0 ? { dictionary } : {};
    const whole = deflateRawSync(text, { ...options, finishFlush: 2 });
    dictionary = Buffer.concat([dictionary, Buffer.from(text)]);
    return new Uint8Array(whole.subarray(0, whole.length - 4));
  });
}

describe('permessage-deflate', () => {
  const texts = ['안녕하세요, 안녕하세요', '안녕하세요, 안녕하세요 again', '', 'end'];

  it('RFC 7692 §7.2.3: the examples', () => {
    const examples: [string, string][] = [
      ['c1 07 f2 48 cd c9 c9 07 00', 'Hello'],
      ['41 03 f2 48 cd 80 04 c9 c9 07 00', 'Hello'],
      ['c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00', 'Hello'],
      ['c1 08 f3 48 cd c9 c9 07 00 00', 'Hello'],
      ['c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00', 'Hello'],
    ];
    for (const [text, expected] of examples) {
      expect(inspect(hex(text), { deflate: true }).messages, text).toMatchObject([
        { text: expected },
      ]);
    }
  });

  it('RFC 7692 §7.2.3.2: the second message refers to the first', () => {
    const bytes = hex('c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00');
    const { messages } = inspect(bytes, { deflate: true });
    expect(messages.map(({ text }) => text)).toEqual(['Hello', 'Hello']);
    const alone = inspect(bytes, { deflate: { serverNoContextTakeover: true } });
    expect(alone.problem?.code).toBe('WS_ERR_INVALID_EXTENSION_DATA');
    expect(alone.problem?.detail).toBeTypeOf('string');
  });

  it.each([
    ['with context takeover', true, {}],
    ['without', false, { clientNoContextTakeover: true }],
  ])('%s', (_name, keepsWindow, deflate) => {
    const frames = compressed(texts, keepsWindow).map((payload) =>
      frame({ opcode: 1, rsv: RSV1, payload, key: [1, 2, 3, 4] }),
    );
    const { messages, problem } = inspect(join(...frames), { deflate });
    expect(problem).toBeUndefined();
    expect(messages.map(({ text }) => text)).toEqual(texts);
    expect(messages.every(({ compressed: was, complete }) => was && complete)).toBe(true);
  });

  it('accepts an uncompressed message between compressed ones', () => {
    const [first, second] = compressed(['one one one', 'one one one'], true);
    const bytes = stream(
      { opcode: 1, rsv: RSV1, payload: first },
      { opcode: 1, payload: utf8('plain') },
      { opcode: 1, rsv: RSV1, payload: second },
    );
    const { messages } = inspect(bytes, { deflate: true });
    expect(messages.map(({ text }) => text)).toEqual(['one one one', 'plain', 'one one one']);
  });

  it('stops a bomb at maxInflated, and does not inflate messages that refer to it', () => {
    const bomb = compressed(['\0'.repeat(1 << 28)], true)[0];
    const bytes = stream(
      { opcode: 2, rsv: RSV1, payload: bomb },
      { opcode: 1, rsv: RSV1, payload: compressed(['next'], true)[0] },
    );
    const before = process.memoryUsage().arrayBuffers;
    const { messages, notes, problem } = inspect(bytes, { deflate: true, maxInflated: 1 << 20 });
    expect(messages).toMatchObject([
      { length: 1 << 20, complete: false },
      { length: 0, complete: false },
    ]);
    expect(notes).toHaveLength(2);
    expect(problem).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });

  it('applies maxInflated to the byte', () => {
    const bytes = stream({ opcode: 1, rsv: RSV1, payload: compressed(['0123456789'], true)[0] });
    for (const [maxInflated, length, complete] of [
      [10, 10, true],
      [9, 9, false],
      [0, 0, false],
    ]) {
      const { messages } = inspect(bytes, { deflate: true, maxInflated: maxInflated as number });
      expect(messages).toMatchObject([{ length, complete }]);
    }
  });

  it.each([
    ['not deflate', 'c1 04 ff ff ff ff'],
    ['ends inside a block', 'c1 03 f2 48 cd'],
    [
      'inflates to what is not UTF-8',
      `c1 08 ${toHex(new Uint8Array([0, 2, 0, 253, 255, 0xff, 0xff, 0]))}`,
    ],
  ])('reports invalid data at the start of its message: %s', (_name, text) => {
    const { problem, messages } = inspect(hex(text), { deflate: true });
    expect(problem).toMatchObject({ closeCode: 1007, offset: 2 });
    expect(messages[0].problem).toBe(problem);
  });

  it('not negotiated: RSV1 is a violation, with a note', () => {
    const { problem, notes } = inspect(hex('c1 07 f2 48 cd c9 c9 07 00'));
    expect(problem?.code).toBe('WS_ERR_UNEXPECTED_RSV_1');
    expect(notes.join()).toContain('permessage-deflate');
  });
});

describe('truncated input', () => {
  it.each([
    ['81', { frame: 0, where: 'header', missing: 1 }],
    ['81 85 37', { frame: 0, where: 'header', missing: 3 }],
    ['82 7e 01', { frame: 0, where: 'header', missing: 1 }],
    ['82 7f 00 00', { frame: 0, where: 'header', missing: 6 }],
    ['81 00 81 05 48 65', { frame: 1, where: 'payload', missing: 3 }],
    ['82 7f 00 1f ff ff ff ff ff ff 01', { frame: 0, where: 'payload', missing: 2 ** 53 - 2 }],
  ] as const)('%s', (text, truncated) => {
    const bytes = hex(text);
    const inspection = inspect(bytes, { role: text.startsWith('81 85') ? 'client' : 'server' });
    expect(inspection.truncated).toMatchObject(truncated);
    expect(inspection.truncated?.message).toContain(`frame ${truncated.frame}`);
    expect(inspection.bytesLeft).toBe(0);
    expect(inspection.problem).toBeUndefined();
    const last = inspection.frames.at(-1);
    expect(Math.max(...(last?.fields ?? []).map(({ to }) => to))).toBeLessThanOrEqual(bytes.length);
  });

  it('accepts empty input', () => {
    expect(inspect(new Uint8Array(0))).toMatchObject({ frames: [], messages: [], bytesLeft: 0 });
  });
});

describe('close frames', () => {
  it('have the name of their code, and their reason', () => {
    const { frames } = inspect(hex('88 08 0f a0 ec 95 88 eb 85 95'));
    expect(frames[0].close).toMatchObject({ code: 4000, name: 'Private use', reason: '안녕' });
    expect(inspect(hex('88 00')).frames[0].close).toMatchObject({ code: 1005, reason: '' });
  });

  it.each([
    [999, 'Not used', false],
    [1000, 'Normal Closure', true],
    [1006, 'Abnormal Closure', false],
    [1009, 'Message Too Big', true],
    [1015, 'TLS handshake', false],
    [2000, 'Unassigned', false],
    [3000, 'Registered use', true],
    [4999, 'Private use', true],
    [5000, 'Out of range', false],
  ])('%i is %s', (code, name, isSendable) => {
    expect(closeCodeMeaning(code)).toMatchObject({ code, name, isSendable });
  });

  it('end the stream, with a note on the bytes after them', () => {
    const { frames, bytesLeft, notes } = inspect(hex('88 00 81 01 61'));
    expect([frames.length, bytesLeft]).toEqual([1, 3]);
    expect(notes.join()).toContain('3 bytes follow the close frame');
  });
});

describe('limits', () => {
  it('counts and checks frames above maxFrames', () => {
    const many = join(
      ...Array.from({ length: 50 }, () => frame({ opcode: 1, payload: utf8('한') })),
    );
    const { frames, framesLeft, notes, problem } = inspect(many, { maxFrames: 10 });
    expect([frames.length, framesLeft, problem]).toEqual([10, 40, undefined]);
    expect(notes.join()).toContain('40 more frames');
    const broken = join(many, hex('81 01 ff'));
    expect(inspect(broken, { maxFrames: 10 }).problem).toMatchObject({
      code: 'WS_ERR_INVALID_UTF8',
      offset: 252,
    });
  });

  it('keepData: false keeps previews, and text and JSON that fit in them', () => {
    const bytes = stream(
      { opcode: 1, fin: false, payload: utf8('[1,'), key: [1, 2, 3, 4] },
      { opcode: 0, payload: utf8('2]'), key: [1, 2, 3, 4] },
      { opcode: 1, payload: utf8(`["${'a'.repeat(300)}"]`), key: [1, 2, 3, 4] },
      { opcode: 3, payload: utf8('not kept'), key: [1, 2, 3, 4] },
    );
    const [lean, whole] = [false, true].map((keepData) => inspect(bytes, { keepData }));
    expect(lean.messages).toMatchObject([
      { length: 5, complete: true, text: '[1,2]', json: [1, 2] },
      { length: 304, complete: true, preview: { bytesLeft: 48 } },
    ]);
    expect(lean.messages[1]).not.toHaveProperty('text');
    expect(lean.messages[1]).not.toHaveProperty('json');
    expect(whole.messages[1].json).toEqual(['a'.repeat(300)]);
    for (const { payload } of lean.frames) expect(payload).toHaveLength(0);
    for (const { data } of lean.messages) expect(data).toHaveLength(0);
    const previews = ({ frames, messages }: typeof lean) =>
      [...frames, ...messages].map(({ preview }) => preview);
    expect(previews(lean)).toEqual(previews(whole));
    expect(lean.problem).toEqual(whole.problem);
    expect(lean.frames[3].problem?.code).toBe('WS_ERR_INVALID_OPCODE');
  });

  it('maxReported limits the memory of reports: counts and checks later frames', () => {
    const many = join(...Array(500).fill(frame({ opcode: 1, payload: utf8('[[],[],[]]') })));
    const { frames, framesLeft, used, notes } = inspect(many, { maxReported: 100_000 });
    expect(frames.length).toBeGreaterThan(10);
    expect(frames.length + framesLeft).toBe(500);
    expect(used.reported).toBeGreaterThanOrEqual(100_000);
    expect(used.reported).toBeLessThan(105_000);
    expect(notes.join()).toContain(`${framesLeft} more frames`);
    expect(inspect(many, { maxReported: 0 }).frames).toEqual([]);
  });

  it.each([
    ['whole', 'Hello, Hello, Hello', 19],
    ['too much', 'x'.repeat(2000), 1000],
  ])('used.inflated: %s', (_name, text, inflated) => {
    const bytes = stream({ opcode: 1, rsv: RSV1, payload: compressed([text], true)[0] });
    expect(inspect(bytes, { deflate: true, maxInflated: 1000 }).used.inflated).toBe(inflated);
  });

  it('used.inflated counts an invalid message', () => {
    const [payload] = compressed([Array.from({ length: 2000 }, (_, i) => i).join()], true);
    const bytes = stream({ opcode: 1, rsv: RSV1, payload: payload.subarray(0, -20) });
    const { problem, used } = inspect(bytes, { deflate: true });
    expect(problem?.code).toBe('WS_ERR_INVALID_EXTENSION_DATA');
    expect(used.inflated).toBeGreaterThan(5000);
  });

  it('limits previews to whole characters', () => {
    const { frames } = inspect(frame({ opcode: 1, payload: utf8('가나다') }), {
      maxPayloadPreview: 4,
    });
    expect(frames[0].preview).toEqual({ hex: 'eab080eb', text: '가', bytesLeft: 5 });
  });

  it('does not change its input, and does not copy unmasked payloads', () => {
    const bytes = join(frame({ opcode: 1, payload: utf8('a'), key: [1, 2, 3, 4] }));
    const before = toHex(bytes);
    inspect(bytes);
    expect(toHex(bytes)).toBe(before);
    const plain = frame({ opcode: 2, payload: new Uint8Array(1000) });
    expect(inspect(plain).messages[0].data.buffer).toBe(plain.buffer);
  });

  it.each([
    [{ role: 'both' }, TypeError],
    [{ maxFrames: -1 }, RangeError],
    [{ maxInflated: Number.NaN }, RangeError],
  ])('rejects the options %j', (options, error) => {
    expect(() => inspect(new Uint8Array(0), options as object)).toThrow(error);
  });
});
