// The decoder's oracle: a whole stream at once, read as RFC 6455 §5 tells it, with no thought for speed.

import { toHex } from './bytes.ts';
import { judge } from './naive-utf8.ts';

export type Event = readonly (string | number | boolean)[];

export interface NaiveOptions {
  role: 'server' | 'client';
  maxPayload?: number;
  rsv1?: boolean;
  allowLongLengths?: boolean;
  skipUtf8Validation?: boolean;
}

const ERRORS: Record<string, readonly [code: string, closeCode: number, section: string]> = {
  rsv1: ['WS_ERR_UNEXPECTED_RSV_1', 1002, '5.2'],
  rsv23: ['WS_ERR_UNEXPECTED_RSV_2_3', 1002, '5.2'],
  reserved: ['WS_ERR_INVALID_OPCODE', 1002, '5.2'],
  sequence: ['WS_ERR_INVALID_OPCODE', 1002, '5.4'],
  fin: ['WS_ERR_EXPECTED_FIN', 1002, '5.5'],
  control: ['WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', 1002, '5.5'],
  unmasked: ['WS_ERR_EXPECTED_MASK', 1002, '5.1'],
  masked: ['WS_ERR_UNEXPECTED_MASK', 1002, '5.1'],
  huge: ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009, '5.2'],
  long: ['WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH', 1002, '5.2'],
  large: ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009, '7.4.1'],
  utf8: ['WS_ERR_INVALID_UTF8', 1007, '8.1'],
  code: ['WS_ERR_INVALID_CLOSE_CODE', 1002, '7.4'],
};

/** All that a decoder must say of the stream, in order. Text as strings, binary as hex. */
export function naiveDecode(stream: Uint8Array, options: NaiveOptions): Event[] {
  const events: Event[] = [];
  let at = 0;
  let opcode = 0;
  let compressed = false;
  let message: number[] = [];
  /** Where in the stream each byte of the message stood. */
  let places: number[] = [];
  let declared = 0;
  const fail = (name: string, offset: number): Event[] => {
    events.push(['error', ...ERRORS[name], offset]);
    return events;
  };
  const isText = () => opcode === 1 && !compressed && options.skipUtf8Validation !== true;

  while (stream.length - at >= 2) {
    const begin = at;
    const [b0, b1] = [stream[at], stream[at + 1]];
    const op = b0 & 15;
    const fin = b0 >= 128;
    const rsv1 = (b0 & 0x40) !== 0;
    const control = op > 7;
    let length = b1 & 127;
    if (b0 & 0x30) return fail('rsv23', begin);
    if (rsv1 && !(options.rsv1 && op !== 0)) return fail('rsv1', begin);
    if (op === 0 && opcode === 0) return fail('sequence', begin);
    if ((op === 1 || op === 2) && opcode !== 0) return fail('sequence', begin);
    if ((op > 2 && op < 8) || op > 10) return fail('reserved', begin);
    if (control && !fin) return fail('fin', begin);
    if (control && rsv1) return fail('rsv1', begin);
    if (control && (length > 125 || (op === 8 && length === 1))) return fail('control', begin);
    const masked = b1 >= 128;
    if (masked !== (options.role === 'server')) return fail(masked ? 'masked' : 'unmasked', begin);
    at += 2;
    const form = length;
    const wide = form === 126 ? 2 : form === 127 ? 8 : 0;
    if (stream.length - at < wide + (masked ? 4 : 0)) return events;
    if (wide > 0) {
      let value = 0n;
      for (let i = 0; i < wide; i++) value = value * 256n + BigInt(stream[at + i]);
      if (value > 2n ** 53n - 1n) return fail('huge', begin);
      length = Number(value);
      if (length < (wide === 2 ? 126 : 65536) && !options.allowLongLengths)
        return fail('long', begin);
    }
    at += wide;
    const key = masked ? [...stream.subarray(at, at + 4)] : [0, 0, 0, 0];
    at += masked ? 4 : 0;
    if (!control) {
      declared += length;
      if (declared > (options.maxPayload ?? 16 * 1024 * 1024)) return fail('large', begin);
      if (op !== 0) {
        opcode = op;
        compressed = rsv1;
      }
    }
    const here = Math.min(length, stream.length - at);
    const payload: number[] = [];
    for (let i = 0; i < here; i++) payload.push(stream[at + i] ^ key[i % 4]);
    if (!control) {
      for (let i = 0; i < here; i++) places.push(at + i);
      message.push(...payload);
      if (isText()) {
        const verdict = judge(new Uint8Array(message));
        if (verdict.kind === 'invalid') return fail('utf8', places[verdict.at]);
        if (verdict.kind === 'cut' && fin && here === length)
          return fail('utf8', places[verdict.at]);
      }
    }
    if (here < length) return events;
    const payloadAt = at;
    at += length;
    if (op === 8) {
      const code = payload.length === 0 ? 1005 : payload[0] * 256 + payload[1];
      const known =
        (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
        (code >= 3000 && code <= 4999);
      if (payload.length > 0 && !known) return fail('code', payloadAt);
      const reason = new Uint8Array(payload.slice(2));
      const verdict = judge(reason);
      if (verdict.kind !== 'valid' && !options.skipUtf8Validation)
        return fail('utf8', payloadAt + 2 + verdict.at);
      events.push(['close', code, new TextDecoder('utf-8', { ignoreBOM: true }).decode(reason)]);
      return events;
    }
    if (control) events.push([op === 9 ? 'ping' : 'pong', toHex(new Uint8Array(payload))]);
    else if (fin) {
      const whole = new Uint8Array(message);
      if (opcode === 1)
        events.push(['text', new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole)]);
      else events.push(['binary', toHex(whole)]);
      opcode = 0;
      compressed = false;
      message = [];
      places = [];
      declared = 0;
    }
  }
  return events;
}
