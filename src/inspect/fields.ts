// The fields of a frame header, one by one and in words, RFC 6455 §5.2.

import { headerLength } from '../protocol/header.ts';
import { toHex } from './preview.ts';
import type { Field, FieldName } from './types.ts';

const OPCODES: Readonly<Record<number, readonly [name: string, section: string]>> = {
  0: ['continuation', '5.4'],
  1: ['text', '5.6'],
  2: ['binary', '5.6'],
  8: ['close', '5.5.1'],
  9: ['ping', '5.5.2'],
  10: ['pong', '5.5.3'],
};

/** What an opcode is called. */
export function opcodeName(opcode: number): string {
  return OPCODES[opcode]?.[0] ?? 'reserved';
}

function opcodeMeaning(opcode: number): string {
  const name = opcodeName(opcode);
  if (name === 'reserved') return `reserved for ${opcode < 8 ? 'data' : 'control'} frames to come`;
  return opcode < 8 ? `${name} frame` : `${name}, a control frame`;
}

/** A header as far as its bytes are there; the payload's field is added by `payloadField`. */
export function headerFields(
  bytes: Uint8Array,
  at: number,
  available: number,
  payloadLength: number,
): Field[] {
  const first = bytes[at];
  const field = (
    name: FieldName,
    [bit, bits]: readonly [number, number],
    value: number | string,
    meaning: string,
    section = '5.2',
  ): Field => {
    const from = at + (bit >> 3);
    return { name, bit, bits, from, to: at + ((bit + bits + 7) >> 3), value, meaning, section };
  };
  const flag = (name: FieldName, bit: number, meaning: string) =>
    field(name, [bit, 1], (first >> (7 - bit)) & 1, meaning);
  const opcode = first & 15;
  const rsv1 =
    first & 0x40 ? 'an extension uses it, as permessage-deflate' : 'no extension uses it';
  const fields = [
    flag('FIN', 0, first & 0x80 ? 'the last frame of its message' : 'more frames follow'),
    flag('RSV1', 1, rsv1),
    flag('RSV2', 2, first & 0x20 ? 'no extension defines it' : 'reserved'),
    flag('RSV3', 3, first & 0x10 ? 'no extension defines it' : 'reserved'),
    field('Opcode', [4, 4], opcode, opcodeMeaning(opcode), OPCODES[opcode]?.[1]),
  ];
  if (available < 2) return fields;
  const second = bytes[at + 1];
  const isMasked = second > 127;
  const form = second & 127;
  const wide = form === 126 ? 2 : form === 127 ? 8 : 0;
  const lengthMeaning = wide === 0 ? 'bytes of payload' : `the next ${wide} bytes hold the length`;
  fields.push(
    field(
      'MASK',
      [8, 1],
      second >> 7,
      isMasked ? 'masked, as by a client' : 'not masked, as by a server',
    ),
    field('Payload length', [9, 7], form, lengthMeaning),
  );
  if (wide > 0 && available >= 2 + wide) {
    const isExact = payloadLength <= Number.MAX_SAFE_INTEGER;
    const value = isExact ? payloadLength : decimal(bytes.subarray(at + 2, at + 2 + wide));
    fields.push(
      field(
        'Extended payload length',
        [16, wide * 8],
        value,
        'bytes of payload, most significant byte first',
      ),
    );
  }
  if (isMasked && available >= headerLength(second)) {
    const key = toHex(bytes.subarray(at + 2 + wide, at + 6 + wide));
    const meaning = 'byte i of the payload is XORed with byte i mod 4 of it';
    fields.push(field('Masking-key', [16 + wide * 8, 32], key, meaning, '5.3'));
  }
  return fields;
}

function decimal(bytes: Uint8Array): string {
  return BigInt(`0x${toHex(bytes)}`).toString();
}

/** The payload, as far as it is there. */
export function payloadField(
  begin: number,
  header: number,
  payloadLength: number,
  here: number,
  isMasked: boolean,
): Field {
  const missing = payloadLength - here;
  return {
    name: 'Payload data',
    bit: header * 8,
    bits: here * 8,
    from: begin + header,
    to: begin + header + here,
    value: payloadLength,
    meaning: `${isMasked ? 'masked' : 'as it is'}${missing > 0 ? `; ${missing} bytes of it are missing` : ''}`,
    section: isMasked ? '5.3' : '5.2',
  };
}
