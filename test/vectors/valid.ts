// Streams that are right, by name, with what they say.

import type { Event } from '../support/naive-decoder.ts';

export interface ValidVector {
  name: string;
  section: string;
  role: 'server' | 'client';
  hex: string;
  events: readonly Event[];
  rsv1?: boolean;
}

/** The examples of RFC 6455 §5.7, and one for each rule a valid stream can touch. */
export const VALID: readonly ValidVector[] = [
  {
    name: 'a single-frame unmasked text message',
    section: '5.7',
    role: 'client',
    hex: '81 05 48 65 6c 6c 6f',
    events: [['text', 'Hello']],
  },
  {
    name: 'a single-frame masked text message',
    section: '5.7',
    role: 'server',
    hex: '81 85 37 fa 21 3d 7f 9f 4d 51 58',
    events: [['text', 'Hello']],
  },
  {
    name: 'a fragmented unmasked text message',
    section: '5.7',
    role: 'client',
    hex: '01 03 48 65 6c | 80 02 6c 6f',
    events: [['text', 'Hello']],
  },
  {
    name: 'an unmasked ping',
    section: '5.7',
    role: 'client',
    hex: '89 05 48 65 6c 6c 6f',
    events: [['ping', '48656c6c6f']],
  },
  {
    name: 'a masked pong',
    section: '5.7',
    role: 'server',
    hex: '8a 85 37 fa 21 3d 7f 9f 4d 51 58',
    events: [['pong', '48656c6c6f']],
  },
  {
    name: '256 bytes of binary in one unmasked frame',
    section: '5.7',
    role: 'client',
    hex: `82 7e 01 00 ${'00ff'.repeat(128)}`,
    events: [['binary', '00ff'.repeat(128)]],
  },
  {
    name: '64 KiB of binary in one unmasked frame',
    section: '5.7',
    role: 'client',
    hex: `82 7f 00 00 00 00 00 01 00 00 ${'0123'.repeat(32768)}`,
    events: [['binary', '0123'.repeat(32768)]],
  },
  {
    name: 'empty messages, text and binary',
    section: '5.6',
    role: 'server',
    hex: '81 80 11 22 33 44 | 82 80 55 66 77 88',
    events: [
      ['text', ''],
      ['binary', ''],
    ],
  },
  {
    name: 'control frames between the fragments of a message',
    section: '5.4',
    role: 'client',
    hex: '01 01 61 | 89 01 70 | 00 01 62 | 8a 00 | 80 01 63',
    events: [
      ['ping', '70'],
      ['pong', ''],
      ['text', 'abc'],
    ],
  },
  {
    name: 'a message of empty fragments',
    section: '5.4',
    role: 'client',
    hex: '02 00 | 00 00 | 00 00 | 80 00',
    events: [['binary', '']],
  },
  {
    name: 'a character cut by a fragment and a ping',
    section: '5.6',
    role: 'client',
    hex: '01 02 61 ec | 89 00 | 00 01 95 | 80 02 88 62',
    events: [
      ['ping', ''],
      ['text', 'a안b'],
    ],
  },
  {
    name: 'text with a byte order mark and a noncharacter',
    section: '8.1',
    role: 'client',
    hex: '81 06 ef bb bf ef bf bf',
    events: [['text', '\ufeff\uffff']],
  },
  {
    name: 'a close frame with nothing, and bytes behind it',
    section: '5.5.1',
    role: 'client',
    hex: '88 00 | 81 01 61 | ff ff',
    events: [['close', 1005, '']],
  },
  {
    name: 'a close frame with a code',
    section: '5.5.1',
    role: 'server',
    hex: '88 82 00 00 00 00 03 e8',
    events: [['close', 1000, '']],
  },
  {
    name: 'a close frame with a reason in Korean',
    section: '5.5.1',
    role: 'client',
    hex: '88 08 0f a0 ec 95 88 eb 85 95',
    events: [['close', 4000, '안녕']],
  },
  {
    name: 'the largest control payload',
    section: '5.5',
    role: 'client',
    hex: `89 7d ${'61'.repeat(125)}`,
    events: [['ping', '61'.repeat(125)]],
  },
  {
    name: 'a masking key of zeros',
    section: '5.3',
    role: 'server',
    hex: '82 83 00 00 00 00 01 02 03',
    events: [['binary', '010203']],
  },
];
