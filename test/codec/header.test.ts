// The bare header functions (§5.2): reading and writing every form of every field.

import { describe, expect, it } from 'vitest';
import { parseFrameHeader, writeFrameHeader } from '../../src/index.ts';
import { frame, hex, keyNumber, toHex } from '../support/bytes.ts';

const LENGTHS = [
  0,
  1,
  125,
  126,
  127,
  65_535,
  65_536,
  0xffffffff,
  0x100000000,
  Number.MAX_SAFE_INTEGER,
];
const KEY = [0xde, 0xad, 0xbe, 0xef];

describe('writeFrameHeader and parseFrameHeader', () => {
  it.each(LENGTHS)('agree on a payload of %i bytes', (payloadLength) => {
    for (const opcode of [0, 1, 2, 8, 9, 10, 15]) {
      for (const fin of [true, false]) {
        for (const rsv1 of [true, false]) {
          for (const maskingKey of [undefined, keyNumber(KEY) >>> 0]) {
            const bytes = new Uint8Array(24).fill(0xa5);
            const size = writeFrameHeader(bytes, 5, {
              fin,
              rsv1,
              opcode,
              payloadLength,
              maskingKey,
            });
            expect(parseFrameHeader(bytes, 5)).toEqual({
              ...{ fin, rsv1, rsv2: false, rsv3: false, opcode, payloadLength },
              ...{
                masked: maskingKey !== undefined,
                maskingKey: maskingKey ?? 0,
                headerLength: size,
              },
            });
            for (let cut = 5; cut < 5 + size; cut++) {
              expect(parseFrameHeader(bytes.subarray(0, cut), 5)).toBeUndefined();
            }
            const around = [...bytes.subarray(0, 5), ...bytes.subarray(5 + size)];
            expect(around.every((byte) => byte === 0xa5)).toBe(true);
          }
        }
      }
    }
  });

  it('write what the diagram has', () => {
    const payload = new Uint8Array(300);
    const whole = frame({ opcode: 2, payload, key: KEY });
    const bytes = new Uint8Array(14);
    const size = writeFrameHeader(bytes, 0, {
      opcode: 2,
      payloadLength: 300,
      maskingKey: keyNumber(KEY),
    });
    expect(toHex(bytes.subarray(0, size))).toBe(toHex(whole.subarray(0, size)));
  });

  it('read RSV2 and RSV3', () => {
    expect(parseFrameHeader(hex('b1 00'))).toMatchObject({ rsv1: false, rsv2: true, rsv3: true });
  });

  it.each(['82 7f 00 20 00 00 00 00 00 00', '82 7f 80 00 00 00 00 00 00 00'])(
    'refuse a length that no number can hold: %s',
    (text) => {
      expect(() => parseFrameHeader(hex(text))).toThrow(
        expect.objectContaining({
          code: 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
          closeCode: 1009,
        }),
      );
    },
  );

  it('tell where that length is, and who would read it', () => {
    const huge = '00 20 00 00 00 00 00 00';
    for (const [text, role] of [
      [`82 7f ${huge}`, 'client'],
      [`82 ff ${huge} 01 02 03 04`, 'server'],
    ]) {
      const error = expect.objectContaining({ offset: 3, role });
      expect(() => parseFrameHeader(hex(`00 00 00 ${text}`), 3)).toThrow(error);
    }
  });

  it('fill what there is to the last byte', () => {
    const bytes = new Uint8Array(5);
    expect(writeFrameHeader(bytes, 1, { opcode: 1, payloadLength: 200 })).toBe(4);
    expect(toHex(bytes)).toBe('00817e00c8');
  });

  const NO_OPCODE = 'opcode must be an integer from 0 to 15';
  const NO_LENGTH = 'payloadLength must be an integer from 0 to 2^53 - 1';
  type Case = [offset: number, header: object, message: string];
  it.each<Case>([
    [13, {}, 'a header of 2 bytes does not fit at offset 13'],
    [9, { maskingKey: 0 }, 'a header of 6 bytes does not fit at offset 9'],
    [-1, {}, 'a header of 2 bytes does not fit at offset -1'],
    [0.5, {}, 'a header of 2 bytes does not fit at offset 0.5'],
    ...[-1, 16, 1.5, Number.NaN].map((opcode): Case => [0, { opcode }, NO_OPCODE]),
    ...[-1, 1.5, 2 ** 53].map((payloadLength): Case => [0, { payloadLength }, NO_LENGTH]),
  ])('refuse to write at %d, with %j', (offset, header, message) => {
    const bytes = new Uint8Array(14);
    const write = () => writeFrameHeader(bytes, offset, { opcode: 1, payloadLength: 0, ...header });
    expect(write).toThrow(new RangeError(message));
    expect(toHex(bytes)).toBe('00'.repeat(14));
  });

  it.each([-1, 0.5, Number.NaN])('refuse to read at %d', (offset) => {
    const message = 'offset must be an index';
    expect(() => parseFrameHeader(new Uint8Array(14), offset)).toThrow(new RangeError(message));
  });
});
