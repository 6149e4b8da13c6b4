// Limits in pieces, as ws has them, and the field at fault that an error names.

import { describe, expect, it } from 'vitest';
import { BatchWriter, Decoder, type DecoderOptions, ProtocolError } from '../../src/index.ts';
import { frame, hex, join, toHex } from '../support/bytes.ts';
import { cuts, pieces } from '../support/decode.ts';

const ping = frame({ opcode: 9 });
const fragment = (opcode: number, fin: boolean) => frame({ opcode, fin, payload: hex('61') });

function failureOf(chunks: Iterable<Uint8Array>, options: DecoderOptions) {
  const decoder = new Decoder(options, { error: () => {} });
  for (const chunk of chunks) decoder.write(chunk.slice());
  return decoder.error;
}

describe('maxFragments', () => {
  const options = { role: 'client', maxFragments: 3 } as const;
  const three = join(fragment(1, false), ping, fragment(0, false), fragment(0, true));
  const four = join(fragment(1, false), fragment(0, false), ping, fragment(0, false));

  it('allows that many frames a message, control frames not counted', () => {
    for (const chunks of cuts(join(three, three, fragment(2, true)))) {
      expect(failureOf(chunks, options)).toBeNull();
    }
  });

  it('refuses the frame after them', () => {
    const stream = join(three, four, fragment(0, true));
    for (const chunks of cuts(stream)) {
      expect(failureOf(chunks, options)).toMatchObject({
        code: 'WS_ERR_TOO_MANY_BUFFERED_PARTS',
        closeCode: 1008,
        offset: three.length + four.length + 2,
      });
    }
  });
});

describe('maxBufferedChunks', () => {
  const options = { role: 'client', maxBufferedChunks: 4 } as const;

  it('allows a frame in that many chunks, and any number of frames', () => {
    const whole = frame({ opcode: 2, payload: new Uint8Array(38) });
    for (let i = 0; i < 3; i++) {
      expect(failureOf(pieces(join(whole, whole, whole), 10), options)).toBeNull();
    }
  });

  it('refuses the chunk after them', () => {
    const stream = frame({ opcode: 2, payload: new Uint8Array(39) });
    expect(failureOf(pieces(stream, 10), options)).toMatchObject({
      code: 'WS_ERR_TOO_MANY_BUFFERED_PARTS',
      closeCode: 1008,
    });
    const long = frame({ opcode: 2, payload: new Uint8Array(1 << 20) });
    expect(failureOf(pieces(long, 65536), options)).toBeInstanceOf(ProtocolError);
  });
});

describe('maxBufferedChunks, of a header', () => {
  it('counts its pieces, too', () => {
    const options = { role: 'server', maxBufferedChunks: 4 } as const;
    const header = hex('82 fe 01 00 01 02 03 04');
    expect(failureOf(pieces(header.subarray(0, 4), 1), options)).toBeNull();
    expect(failureOf(pieces(header, 1), options)).toMatchObject({
      code: 'WS_ERR_TOO_MANY_BUFFERED_PARTS',
      offset: 0,
    });
  });
});

describe('the value at fault', () => {
  it.each([
    ['83 00', 3],
    ['80 00', 0],
    ['01 00 82 00', 2],
    ['89 7e 00 7e', 126],
    ['88 01 00', 1],
    ['88 02 03 ec', 1004],
    ['a1 00', undefined],
  ])('%s: %s', (text, value) => {
    for (const chunks of cuts(hex(text))) {
      expect(failureOf(chunks, { role: 'client' })?.value).toBe(value);
    }
  });
});

describe('a close frame’s reason', () => {
  it('comes as text and as it stands, unchecked where that is wanted', () => {
    const seen: unknown[] = [];
    const options = { role: 'client', skipUtf8Validation: true } as const;
    const decoder = new Decoder(options, {
      close: (code, reason, bytes) => seen.push(code, reason, toHex(bytes)),
    });
    decoder.write(hex('88 04 03 e8 ff 61'));
    expect(seen).toEqual([1000, '\uFFFDa', 'ff61']);
  });
});

describe('raw bytes', () => {
  it.each(['server', 'client'] as const)('of a %s leave as they came, in their place', (role) => {
    const writer = new BatchWriter({ role, maskingKey: () => 0 });
    const large = new Uint8Array(5000).fill(7);
    writer.text('a');
    writer.raw(hex('89 00'));
    writer.raw(large);
    writer.raw(new Uint8Array(0));
    writer.binary(hex('62'));
    expect(writer.bytes).toBe(2 + 5000 + (role === 'server' ? 6 : 14));
    const key = role === 'server' ? null : [0, 0, 0, 0];
    const first = frame({ opcode: 1, payload: hex('61'), key });
    const last = frame({ opcode: 2, payload: hex('62'), key });
    expect(toHex(join(...writer.take()))).toBe(toHex(join(first, hex('89 00'), large, last)));
  });
});
