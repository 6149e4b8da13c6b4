// The fields of a frame header and their meanings, RFC 6455 §5.2.

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

/** The name of an opcode. */
export function opcodeName(opcode: number): string {
  return OPCODES[opcode]?.[0] ?? 'reserved';
}

function opcodeMeaning(opcode: number): string {
  const name = opcodeName(opcode);
  if (name === 'reserved') return `reserved for future ${opcode < 8 ? 'data' : 'control'} frames`;
  return opcode < 8 ? `${name} frame` : `${name}, a control frame`;
}

/** The fields of a header that were received. `payloadField` has the payload's. */
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
    first & 0x40 ? 'used by an extension such as permessage-deflate' : 'not used by an extension';
  const fields = [
    flag('FIN', 0, first & 0x80 ? 'the last frame of its message' : 'more frames follow'),
    flag('RSV1', 1, rsv1),
    flag('RSV2', 2, first & 0x20 ? 'set, but not defined by an extension' : 'reserved'),
    flag('RSV3', 3, first & 0x10 ? 'set, but not defined by an extension' : 'reserved'),
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
      isMasked ? 'masked, as required of a client' : 'not masked, as required of a server',
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
    const meaning = 'payload byte i is XORed with key byte i mod 4';
    fields.push(field('Masking-key', [16 + wide * 8, 32], key, meaning, '5.3'));
  }
  return fields;
}

function decimal(bytes: Uint8Array): string {
  return BigInt(`0x${toHex(bytes)}`).toString();
}

/** The field of the payload bytes that were received. */
export function payloadField(
  begin: number,
  header: number,
  payloadLength: number,
  received: number,
  isMasked: boolean,
): Field {
  const missing = payloadLength - received;
  return {
    name: 'Payload data',
    bit: header * 8,
    bits: received * 8,
    from: begin + header,
    to: begin + header + received,
    value: payloadLength,
    meaning: `${isMasked ? 'masked' : 'not masked'}${missing > 0 ? `; ${missing} bytes are missing` : ''}`,
    section: isMasked ? '5.3' : '5.2',
  };
}
