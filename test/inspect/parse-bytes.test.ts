// Bytes as people paste them, and what is said where they are none.

import { describe, expect, it } from 'vitest';
import { ParseBytesError, parseBytes } from '../../src/inspect/index.ts';
import { toHex } from '../support/bytes.ts';
import { Random, seed } from '../support/random.ts';

const HELLO = '818537fa213d7f9f4d5158';
const TWENTY = '000102030405060708090a0b0c0d0e0f10111213';

describe('hex and base64', () => {
  it.each([
    ['no separators', HELLO, HELLO],
    ['spaces', '81 85 37 fa 21 3d 7f 9f 4d 51 58', HELLO],
    ['capitals, and lines', '81 85 37 FA\n21 3D 7F 9F\r\n4D 51 58\n', HELLO],
    ['colons', '81:85:37:fa:21:3d:7f:9f:4d:51:58', HELLO],
    ['commas and 0x', '0x81, 0x85, 0x37,0xfa 0x21 0x3d 0x7f 0x9f 0x4d 0x51 0x58', HELLO],
    ['a C array', '{ 0x81, 0x05, 0x0, 0xA }', '8105000a'],
    ['one 0x before all', `0x${HELLO}`, HELLO],
    ['0x without anything between', '0x810x850x37', '818537'],
    ['\\x', '\\x81\\x85\\x37\\xfa', '818537fa'],
    ['a string of Python', "b'\\x81\\x85\\x37'", '818537'],
    ['\\u00', '"\\u0081\\u0085"', '8185'],
    ['percent signs', '%81%85%37', '818537'],
    ['groups of four digits', '8185 37fa 213d', '818537fa213d'],
    ['dashes and bars', '81-85|37_fa', '818537fa'],
    ['as Buffer prints it', '<Buffer 81 85 37>'.slice(8), '818537'],
    ['base64', 'gYU3+iE9f59NUVg=', HELLO],
    ['base64 in lines', 'gYU3+iE9\nf59NUVg=\n', HELLO],
    ['base64url', 'gYU3-iE9f59NUVg', HELLO],
    ['base64, both bytes of padding', 'gQ==', '81'],
    ['a data URL', 'data:application/octet-stream;base64,gYU3+iE9f59NUVg=', HELLO],
    ['nothing', ' \n', ''],
  ])('%s', (_name, text, expected) => {
    expect(toHex(parseBytes(text))).toBe(expected);
  });

  it('parses hex digits as base64 with the format base64', () => {
    expect(toHex(parseBytes('abcd', 'base64'))).toBe('69b71d');
    expect(toHex(parseBytes('abcd', 'hex'))).toBe('abcd');
    expect(toHex(parseBytes('abcd'))).toBe('abcd');
  });
});

describe('hex dumps', () => {
  it.each([
    ['xxd', '00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n', HELLO],
    [
      'xxd, a bar in its text',
      '00000000: 007c 61                                  .|a\n',
      '007c61',
    ],
    ['Wireshark, a bar in its text', '0000   00 7c 61 62   .|ab', '007c6162'],
    [
      'xxd, two lines, with text that looks like hex',
      '00000000: 0001 0203 0405 0607 0809 0a0b 0c0d 0e0f  abcdef0123456789\n00000010: 1011 1213                                abcd\n',
      TWENTY,
    ],
    [
      'xxd -g1 -c 8',
      '00000000: 00 01 02 03 04 05 06 07  ab cd ef\n00000008: 08 09  ab\n',
      TWENTY.slice(0, 20),
    ],
    [
      'hexdump -C',
      '00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|\n00000010  10 11 12 13                                       |....|\n00000014\n',
      TWENTY,
    ],
    [
      'hexdump -C with omitted lines',
      `00000000  ${'00 '.repeat(8)} ${'00 '.repeat(8)} |................|\n*\n00000040  81 05                     |..|\n00000042\n`,
      `${'00'.repeat(64)}8105`,
    ],
    [
      'Wireshark',
      '0000   00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f   ................\n0010   10 11 12 13                                       abcd\n',
      TWENTY,
    ],
    [
      'tshark -x',
      '0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................\n0010  10 11 12 13                                      ....\n',
      TWENTY,
    ],
    ['tcpdump -X', '\t0x0000:  8185 37fa 213d                           ..7.!=\n', '818537fa213d'],
    ['an offset other than 0', '00000010: 8185 37fa  ..7.\n', '818537fa'],
    ['with carriage returns', '00000000: 8185  ..\r\n00000002: 37fa  7.\r\n', '818537fa'],
  ])('%s', (_name, text, expected) => {
    expect(toHex(parseBytes(text))).toBe(expected);
    expect(toHex(parseBytes(text, 'hex'))).toBe(expected);
  });
});

describe('invalid text', () => {
  it.each([
    ['81 8', 1, 4, 'odd number of hex digits'],
    ['81 85\n37 f', 2, 4, 'odd number of hex digits'],
    ['8185\n37é!', 2, 3, '"é" is neither hex nor base64'],
    ['81 85\n37 zz', 2, 4, '"z" is not hex'],
    ['😀', 1, 1, '"😀" is neither'],
    ['0x81 0xzz', 1, 6, 'is not hex'],
    ['abcdeghi_jklm', 1, 14, 'missing a character'],
    ['gYU3=gYU3', 1, 6, 'must end with its padding'],
    ['gYU==', 1, 6, 'invalid padding'],
    ['00000000: 8185  ..\n00000010: 37fa  7.\n', 2, 1, 'the offset must be 00000002, got 00000010'],
    ['00000000: 8185  ..\nhello\n', 2, 1, 'begin with its offset'],
    ['00000000: 81zz', 1, 11, 'is not hex'],
    ['0000000  8581 fa37\n', 1, 10, 'byte order is unknown'],
    [`00000000: 81  .\n*\nffffffff: 81  .`, 3, 1, 'must repeat at most'],
    ['00000000: 81  .\n*\n', 2, 1, 'an offset must follow "*"'],
    ['00000000: 81  .\n00000001:\n*\n00000008: 81', 4, 1, '"*" must follow a line with bytes'],
    ['00000000: 8185  .\n*\n00000003: 81', 3, 1, 'the offset must be 00000002, got 00000003'],
    ['00000010: 8185  .\n00000000: 81', 2, 1, 'the offset must be 00000012, got 00000000'],
    ['00000010: 8185  .\n*\n00000000: 81', 3, 1, 'the offset must be 00000012, got 00000000'],
    ['*\n00000000: 8185', 1, 1, '"*" is neither hex nor base64'],
    [`00000000: ${'z'.repeat(5000)}`, 1, 11, `"${'z'.repeat(40)}"… is not hex`],
  ])('%j: line %i, column %i', (text, line, column, what) => {
    try {
      parseBytes(text);
      expect.fail('it was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(ParseBytesError);
      expect(error).toMatchObject({ line, column });
      expect((error as Error).message).toContain(what);
      expect((error as Error).message.length).toBeLessThan(200);
      expect((error as Error).message).toContain(`line ${line}, column ${column}`);
    }
  });

  it.each([
    ['of 256 MiB', '00000000: 81  .\n*\n0fffffff: 81', 64 * 2 ** 20],
    ['of exbibytes', '00000000: 81  .\n*\nffffffffffffffff: 81', 64 * 2 ** 20],
    ['in two places', '0000: 81\n*\n0008: 82\n*\n0010: 83', 13],
  ])('rejects omitted lines before memory is allocated: %s', (_name, text, maxRepeated) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(() => parseBytes(text, undefined, { maxRepeated })).toThrow(
      expect.objectContaining({
        name: 'ParseBytesError',
        code: 'WS_ERR_TOO_MANY_BYTES',
        message: expect.stringContaining(`at most ${maxRepeated} bytes`),
      }),
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  it('repeats omitted lines up to maxRepeated', () => {
    const text = '0000: 81\n*\n0008: 82\n*\n0010: 83';
    const bytes = parseBytes(text, undefined, { maxRepeated: 14 });
    expect(toHex(bytes)).toBe(`${'81'.repeat(8)}${'82'.repeat(8)}83`);
    const large = parseBytes('00000000: 0102 03\n*\n03fffffc: 04', 'hex');
    expect(large.length).toBe(2 ** 26 - 3);
    for (const at of [0, 1, 2, 3, 2 ** 25, 2 ** 26 - 5]) expect(large[at]).toBe((at % 3) + 1);
    expect(() => parseBytes(text, undefined, { maxRepeated: -1 })).toThrow(RangeError);
  });

  it('every error has a code', () => {
    expect(() => parseBytes('?')).toThrow(
      expect.objectContaining({ code: 'WS_ERR_INVALID_BYTES', line: 1, column: 1 }),
    );
  });

  it(`parses random text or throws a ParseBytesError (seed ${seed})`, () => {
    const random = new Random(seed);
    const alphabet = [...'0189afAFgz+/=-_ :|*\n\t\\x0x', '00000000: ', '0000  ', 'é'];
    for (let run = 0; run < 3000; run++) {
      const text = Array.from({ length: random.below(40) }, () => random.pick(alphabet)).join('');
      try {
        expect(parseBytes(text)).toBeInstanceOf(Uint8Array);
      } catch (error) {
        if (!(error instanceof ParseBytesError)) expect.fail(`${JSON.stringify(text)}: ${error}`);
      }
    }
  });
});
