// The fields of a frame, of every example of RFC 6455 §5.7: where each lies, what it is, and what it means.

import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/inspect/index.ts';
import { hex, toHex } from '../support/bytes.ts';

/** Name, first bit, bits, value. */
type Expected = readonly [name: string, bit: number, bits: number, value: number | string];

const byte0 = (fin: number, opcode: number): Expected[] => [
  ['FIN', 0, 1, fin],
  ['RSV1', 1, 1, 0],
  ['RSV2', 2, 1, 0],
  ['RSV3', 3, 1, 0],
  ['Opcode', 4, 4, opcode],
];
const KEY = '37fa213d';

interface Example {
  name: string;
  hex: string;
  sender: 'client' | 'server';
  frames: { fields: Expected[]; payload: string; text?: string }[];
}

const EXAMPLES: Example[] = [
  {
    name: 'a single-frame unmasked text message',
    hex: '81 05 48 65 6c 6c 6f',
    sender: 'server',
    frames: [
      {
        fields: [
          ...byte0(1, 1),
          ['MASK', 8, 1, 0],
          ['Payload length', 9, 7, 5],
          ['Payload data', 16, 40, 5],
        ],
        payload: '48656c6c6f',
        text: 'Hello',
      },
    ],
  },
  {
    name: 'a single-frame masked text message',
    hex: '81 85 37 fa 21 3d 7f 9f 4d 51 58',
    sender: 'client',
    frames: [
      {
        fields: [
          ...byte0(1, 1),
          ['MASK', 8, 1, 1],
          ['Payload length', 9, 7, 5],
          ['Masking-key', 16, 32, KEY],
          ['Payload data', 48, 40, 5],
        ],
        payload: '48656c6c6f',
        text: 'Hello',
      },
    ],
  },
  {
    name: 'a fragmented unmasked text message',
    hex: '01 03 48 65 6c 80 02 6c 6f',
    sender: 'server',
    frames: [
      {
        fields: [
          ...byte0(0, 1),
          ['MASK', 8, 1, 0],
          ['Payload length', 9, 7, 3],
          ['Payload data', 16, 24, 3],
        ],
        payload: '48656c',
        text: 'Hel',
      },
      {
        fields: [
          ...byte0(1, 0),
          ['MASK', 8, 1, 0],
          ['Payload length', 9, 7, 2],
          ['Payload data', 16, 16, 2],
        ],
        payload: '6c6f',
        text: 'lo',
      },
    ],
  },
  {
    name: 'an unmasked ping',
    hex: '89 05 48 65 6c 6c 6f',
    sender: 'server',
    frames: [
      {
        fields: [
          ...byte0(1, 9),
          ['MASK', 8, 1, 0],
          ['Payload length', 9, 7, 5],
          ['Payload data', 16, 40, 5],
        ],
        payload: '48656c6c6f',
        text: 'Hello',
      },
    ],
  },
  {
    name: 'a masked pong',
    hex: '8a 85 37 fa 21 3d 7f 9f 4d 51 58',
    sender: 'client',
    frames: [
      {
        fields: [
          ...byte0(1, 10),
          ['MASK', 8, 1, 1],
          ['Payload length', 9, 7, 5],
          ['Masking-key', 16, 32, KEY],
          ['Payload data', 48, 40, 5],
        ],
        payload: '48656c6c6f',
        text: 'Hello',
      },
    ],
  },
  {
    name: '256 bytes of binary in one unmasked frame',
    hex: `82 7e 01 00 ${'00ff'.repeat(128)}`,
    sender: 'server',
    frames: [
      {
        fields: [
          ...byte0(1, 2),
          ['MASK', 8, 1, 0],
          ['Payload length', 9, 7, 126],
          ['Extended payload length', 16, 16, 256],
          ['Payload data', 32, 2048, 256],
        ],
        payload: '00ff'.repeat(128),
      },
    ],
  },
  {
    name: '64 KiB of binary in one unmasked frame',
    hex: `82 7f 00 00 00 00 00 01 00 00 ${'0123'.repeat(32768)}`,
    sender: 'server',
    frames: [
      {
        fields: [
          ...byte0(1, 2),
          ['MASK', 8, 1, 0],
          ['Payload length', 9, 7, 127],
          ['Extended payload length', 16, 64, 65536],
          ['Payload data', 80, 524_288, 65536],
        ],
        payload: '0123'.repeat(32768),
      },
    ],
  },
];

describe.each(EXAMPLES)('§5.7: $name', ({ hex: text, sender, frames }) => {
  const bytes = hex(text);
  const inspection = inspect(bytes);

  it('detects the sender, and reads to the end', () => {
    expect(inspection).toMatchObject({ sender, bytesLeft: 0, framesLeft: 0, notes: [] });
    expect(inspection.problem).toBeUndefined();
    expect(inspection.truncated).toBeUndefined();
    expect(inspection.frames).toHaveLength(frames.length);
  });

  it('has the fields of the diagram of §5.2 at their bits', () => {
    for (const [i, { fields, payload }] of frames.entries()) {
      const frame = inspection.frames[i];
      const found = frame.fields.map(({ name, bit, bits, value }) => [name, bit, bits, value]);
      expect(found).toEqual(fields);
      expect(toHex(frame.payload)).toBe(payload);
      expect(frame.preview.text).toBe(frames[i].text);
    }
  });

  it('has fields that cover every bit of the frame once, in the bytes they name', () => {
    for (const { fields, offset, length } of inspection.frames) {
      let bit = 0;
      for (const field of fields) {
        expect(field.bit).toBe(bit);
        expect(field.from).toBe(offset + (bit >> 3));
        bit += field.bits;
        expect(field.to).toBe(offset + Math.ceil(bit / 8));
        expect(field.meaning).not.toBe('');
        expect(field.section).toMatch(/^5\.\d/);
      }
      expect(bit).toBe(length * 8);
    }
  });
});

describe('large lengths', () => {
  it('reports a length above 2^53 - 1 as decimal digits', () => {
    const { frames, problem } = inspect(hex('82 7f 80 00 00 00 00 00 00 01'));
    const field = frames[0].fields.find(({ name }) => name === 'Extended payload length');
    expect(field?.value).toBe('9223372036854775809');
    expect(problem?.code).toBe('WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH');
  });
});
