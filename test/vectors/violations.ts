// Every rule a peer can break, by name, with the bytes that break it. A good message stands before each:
// it must be delivered.

export interface Violation {
  name: string;
  section: string;
  role: 'server' | 'client';
  hex: string;
  code: string;
  closeCode: number;
  /** Byte at fault, counted from the beginning of `hex`. */
  at: number;
  options?: { maxPayload?: number; rsv1?: boolean };
}

/** "ok", unmasked and masked, to stand before. */
export const BEFORE = { client: '81 02 6f 6b', server: '81 82 00 00 00 00 6f 6b' } as const;

const RSV1 = { code: 'WS_ERR_UNEXPECTED_RSV_1', closeCode: 1002, section: '5.2', at: 0 };
const RSV23 = { code: 'WS_ERR_UNEXPECTED_RSV_2_3', closeCode: 1002, section: '5.2', at: 0 };
const RESERVED = { code: 'WS_ERR_INVALID_OPCODE', closeCode: 1002, section: '5.2', at: 0 };
const SEQUENCE = { code: 'WS_ERR_INVALID_OPCODE', closeCode: 1002, section: '5.4' };
const FIN = { code: 'WS_ERR_EXPECTED_FIN', closeCode: 1002, section: '5.5', at: 0 };
const CONTROL = {
  code: 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
  closeCode: 1002,
  section: '5.5',
  at: 0,
};
const UNMASKED = { code: 'WS_ERR_EXPECTED_MASK', closeCode: 1002, section: '5.1', at: 0 };
const MASKED = { code: 'WS_ERR_UNEXPECTED_MASK', closeCode: 1002, section: '5.1', at: 0 };
const HUGE = {
  code: 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  closeCode: 1009,
  section: '5.2',
  at: 0,
};
const LONG = { code: 'WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH', closeCode: 1002, section: '5.2', at: 0 };
const LARGE = { code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', closeCode: 1009, section: '7.4.1' };
const UTF8 = { code: 'WS_ERR_INVALID_UTF8', closeCode: 1007, section: '8.1' };
const CODE = { code: 'WS_ERR_INVALID_CLOSE_CODE', closeCode: 1002, section: '7.4', at: 2 };

const client = { role: 'client' } as const;
const server = { role: 'server' } as const;

export const VIOLATIONS: readonly Violation[] = [
  { name: 'RSV1 without an extension', ...client, hex: 'c1 00', ...RSV1 },
  { name: 'RSV1 on a ping', ...client, hex: 'c9 00', ...RSV1 },
  {
    name: 'RSV1 on a ping, with an extension',
    ...client,
    hex: 'c9 00',
    ...RSV1,
    options: { rsv1: true },
  },
  {
    name: 'RSV1 on a continuation, with an extension',
    ...client,
    hex: '02 00 | c0 00',
    ...RSV1,
    at: 2,
    options: { rsv1: true },
  },
  { name: 'RSV2', ...client, hex: 'a1 00', ...RSV23 },
  { name: 'RSV3', ...client, hex: '91 00', ...RSV23 },
  { name: 'RSV2 on a masked ping', ...server, hex: 'a9 80 00 00 00 00', ...RSV23 },
  ...[0x83, 0x84, 0x85, 0x86, 0x87, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f].map((byte) => ({
    name: `reserved opcode ${(byte & 15).toString(16)}`,
    ...client,
    hex: `${byte.toString(16)} 00`,
    ...RESERVED,
  })),
  { name: 'a continuation with nothing to continue', ...client, hex: '80 00', ...SEQUENCE, at: 0 },
  {
    name: 'a continuation after a whole message',
    ...client,
    hex: '82 00 | 00 00',
    ...SEQUENCE,
    at: 2,
  },
  { name: 'text inside a fragmented message', ...client, hex: '01 00 | 81 00', ...SEQUENCE, at: 2 },
  {
    name: 'binary inside a fragmented message',
    ...client,
    hex: '01 01 61 | 02 00',
    ...SEQUENCE,
    at: 3,
  },
  { name: 'a fragmented ping', ...client, hex: '09 00', ...FIN },
  { name: 'a fragmented pong', ...client, hex: '0a 00', ...FIN },
  { name: 'a fragmented close', ...server, hex: '08 80 00 00 00 00', ...FIN },
  { name: 'a ping of 126 bytes', ...client, hex: `89 7e 00 7e ${'61'.repeat(126)}`, ...CONTROL },
  {
    name: 'a pong with a 64-bit length',
    ...client,
    hex: '8a 7f 00 00 00 00 00 00 00 01 61',
    ...CONTROL,
  },
  { name: 'a close of one byte', ...client, hex: '88 01 03', ...CONTROL },
  ...['81', '01', '82', '89', '8a', '88'].flatMap((byte) => [
    { name: `an unmasked ${byte} of a client`, ...server, hex: `${byte} 00`, ...UNMASKED },
    { name: `a masked ${byte} of a server`, ...client, hex: `${byte} 80 00 00 00 00`, ...MASKED },
  ]),
  {
    name: 'a length with the high bit set',
    ...client,
    hex: '82 7f 80 00 00 00 00 00 00 00',
    ...HUGE,
  },
  {
    name: 'a length of 2^64 - 1',
    ...server,
    hex: '82 ff ff ff ff ff ff ff ff ff 00 00 00 00',
    ...HUGE,
  },
  { name: 'a length of 2^53', ...client, hex: '82 7f 00 20 00 00 00 00 00 00', ...HUGE },
  {
    name: 'a length of 2^53 - 1, beyond maxPayload',
    ...client,
    hex: '82 7f 00 1f ff ff ff ff ff ff',
    ...LARGE,
    at: 0,
  },
  { name: 'a 16-bit length of 125', ...client, hex: `82 7e 00 7d ${'00'.repeat(125)}`, ...LONG },
  { name: 'a 16-bit length of 0', ...server, hex: '82 fe 00 00 00 00 00 00', ...LONG },
  { name: 'a 64-bit length of 65,535', ...client, hex: '82 7f 00 00 00 00 00 00 ff ff', ...LONG },
  {
    name: 'a message beyond maxPayload',
    ...client,
    hex: '82 03 01 02 03',
    ...LARGE,
    at: 0,
    options: { maxPayload: 2 },
  },
  {
    name: 'fragments together beyond maxPayload',
    ...client,
    hex: '02 01 01 | 00 01 02 | 80 01 03',
    ...LARGE,
    at: 6,
    options: { maxPayload: 2 },
  },
  { name: 'a byte that never occurs in UTF-8', ...client, hex: '81 03 61 ff 62', ...UTF8, at: 3 },
  { name: 'a continuation byte alone', ...client, hex: '81 01 80', ...UTF8, at: 2 },
  { name: 'an overlong form of two bytes', ...client, hex: '81 02 c0 af', ...UTF8, at: 2 },
  { name: 'an overlong form of three bytes', ...client, hex: '81 03 e0 80 af', ...UTF8, at: 2 },
  { name: 'an overlong form of four bytes', ...client, hex: '81 04 f0 80 80 af', ...UTF8, at: 2 },
  { name: 'a surrogate', ...client, hex: '81 04 61 ed a0 80', ...UTF8, at: 3 },
  { name: 'a character above U+10FFFF', ...client, hex: '81 04 f4 90 80 80', ...UTF8, at: 2 },
  { name: 'text that ends inside a character', ...client, hex: '81 03 61 ec 95', ...UTF8, at: 3 },
  {
    name: 'masked text that is not UTF-8',
    ...server,
    hex: '81 82 01 02 03 04 60 fd',
    ...UTF8,
    at: 7,
  },
  {
    name: 'a fragmented text that ends inside a character',
    ...client,
    hex: '01 01 ec | 80 01 95',
    ...UTF8,
    at: 2,
  },
  {
    name: 'a fragmented text whose character goes wrong',
    ...client,
    hex: '01 02 61 ec | 00 01 61 | 80 00',
    ...UTF8,
    at: 3,
  },
  {
    name: 'Autobahn 6.4.1: a text that fails in its second fragment',
    ...client,
    hex: '01 0b ce ba e1 bd b9 cf 83 ce bc ce b5 | 00 04 f4 90 80 80 | 80 06 65 64 69 74 65 64',
    section: '8.1',
    code: UTF8.code,
    closeCode: 1007,
    at: 15,
  },
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map((code) => ({
    name: `status code ${code}`,
    ...client,
    hex: `88 02 ${code.toString(16).padStart(4, '0')}`,
    ...CODE,
  })),
  {
    name: 'a close reason that is not UTF-8',
    ...client,
    hex: '88 05 03 e8 61 ff 62',
    ...UTF8,
    at: 5,
  },
];
