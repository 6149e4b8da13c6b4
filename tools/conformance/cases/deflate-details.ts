// 12.6.*, which are ours: the letter of RFC 7692, octet by octet.

import type { Frame } from '../peer/frames.ts';
import type { Cut } from '../peer/peer.ts';
import {
  aPong,
  binary,
  type Case,
  continuation,
  Mismatch,
  MORE,
  ping,
  refused,
  text,
} from './case.ts';
import { PLAIN } from './deflate.ts';

const RSV1 = { rsv: 4 };
const hex = (octets: string): Buffer => Buffer.from(octets.replaceAll(' ', ''), 'hex');

/** 'Hello', as §7.2.3.1 compresses it. */
const HELLO = hex('f2 48 cd c9 c9 07 00');

interface Legal {
  readonly section: string;
  readonly title: string;
  readonly frames: readonly Frame[];
  readonly messages: readonly string[];
  readonly pongs?: readonly string[];
  readonly cut?: Cut;
}

const LEGAL: readonly Legal[] = [
  {
    section: '§7.2.3.1',
    title: 'Hello in one frame',
    frames: [text(HELLO, RSV1)],
    messages: ['Hello'],
  },
  {
    ...{ section: '§7.2.3.1', title: 'Hello in two frames, RSV1 on the first' },
    frames: [text(HELLO.subarray(0, 3), { ...RSV1, ...MORE }), continuation(HELLO.subarray(3))],
    messages: ['Hello'],
  },
  {
    ...{ section: '§7.2.3.2', title: 'Hello, and again out of the window' },
    frames: [text(HELLO, RSV1), text(hex('f2 00 11 00 00'), RSV1)],
    messages: ['Hello', 'Hello'],
  },
  {
    ...{ section: '§7.2.3.3', title: 'A block that is not compressed' },
    frames: [text(hex('00 05 00 fa ff 48 65 6c 6c 6f 00'), RSV1)],
    messages: ['Hello'],
  },
  {
    ...{ section: '§7.2.3.4', title: 'A block with BFINAL set, and a message behind it' },
    frames: [text(hex('f3 48 cd c9 c9 07 00 00'), RSV1), text(HELLO, RSV1)],
    messages: ['Hello', 'Hello'],
  },
  {
    ...{ section: '§7.2.3.5', title: 'Two blocks' },
    frames: [text(hex('f2 48 05 00 00 00 ff ff ca c9 c9 07 00'), RSV1)],
    messages: ['Hello'],
  },
  {
    section: '§7.2.3.6',
    title: 'An empty message, compressed',
    frames: [text(hex('00'), RSV1)],
    messages: [''],
  },
  {
    ...{ section: '§6', title: 'A message that is not compressed between two that are' },
    frames: [text(HELLO, RSV1), text('plain'), text(HELLO, RSV1)],
    messages: ['Hello', 'plain', 'Hello'],
  },
  {
    ...{ section: '§6.1', title: 'A ping between the frames of a compressed message' },
    frames: [
      text(HELLO.subarray(0, 3), { ...RSV1, ...MORE }),
      ping('between'),
      continuation(HELLO.subarray(3)),
    ],
    ...{ messages: ['Hello'], pongs: ['between'] },
  },
  {
    ...{ section: '§6.2', title: 'Empty frames around a compressed message' },
    frames: [text('', { ...RSV1, ...MORE }), continuation(HELLO, MORE), continuation('')],
    messages: ['Hello'],
  },
  {
    ...{ section: '§6.2', title: 'Three compressed messages, an octet a write' },
    frames: [text(HELLO, RSV1), text(HELLO, RSV1), text(hex('f2 00 11 00 00'), RSV1)],
    ...{ messages: ['Hello', 'Hello', 'Hello'], cut: 1 },
  },
];

function legal(row: Legal, index: number): Case {
  const pongs = (row.pongs ?? []).map((payload) => aPong(payload));
  return {
    ...{ id: `12.6.${index + 1}`, isOurs: true, title: row.title, deflate: PLAIN },
    section: `RFC 7692 ${row.section}`,
    expectation: `${row.messages.join(', ') || 'An empty message'} comes back; then a clean close with 1000.`,
    async play(peer) {
      await peer.send(row.frames, row.cut);
      await peer.until(() => peer.received.length >= pongs.length || peer.isOver);
      const answers = peer.received.splice(0, pongs.length);
      for (const message of row.messages) {
        const echo = await peer.nextMessage();
        if (echo === undefined) throw new Mismatch(`'${message}' did not come back`);
        const payload = echo.isCompressed
          ? await peer.deflate?.inflate(echo.payload)
          : echo.payload;
        if (String(payload) !== message) throw new Mismatch(`'${payload}' came back`);
      }
      peer.received.push(...answers);
      peer.sendClose(1000);
    },
    outcomes: [{ verdict: 'strict', received: pongs }],
    ending: { codes: [1000, undefined], by: 'us' },
  };
}

interface Illegal {
  readonly title: string;
  readonly frames: readonly Frame[];
  readonly codes: readonly number[];
  readonly why: string;
}

const ILLEGAL: readonly Illegal[] = [
  {
    title: 'RSV1 on a continuation frame',
    frames: [
      text(HELLO.subarray(0, 3), { ...RSV1, ...MORE }),
      continuation(HELLO.subarray(3), RSV1),
    ],
    ...{ codes: [1002], why: 'RSV1 is the first frame’s alone' },
  },
  {
    ...{ title: 'RSV1 on a ping', frames: [ping('', RSV1)], codes: [1002] },
    why: 'control frames are never compressed',
  },
  {
    ...{ title: 'RSV2 on a message', frames: [text('Hello', { rsv: 2 })], codes: [1002] },
    why: 'nothing gives RSV2 a meaning',
  },
  {
    ...{ title: 'RSV1 and RSV3 on a message', frames: [text(HELLO, { rsv: 5 })], codes: [1002] },
    why: 'nothing gives RSV3 a meaning',
  },
  {
    ...{ title: 'What is no DEFLATE at all', frames: [binary(hex('ff ff ff'), RSV1)] },
    ...{ codes: [1007, 1002], why: 'it cannot be inflated' },
  },
  {
    ...{ title: 'A distance beyond the window', frames: [binary(hex('f2 00 11 00 00'), RSV1)] },
    ...{ codes: [1007, 1002], why: 'it cannot be inflated' },
  },
  {
    title: 'Text that is not UTF-8 once inflated',
    frames: [text(hex('00 02 00 fd ff c3 28 00'), RSV1)],
    ...{ codes: [1007], why: 'text is UTF-8' },
  },
];

export const deflateDetailCases = (): Case[] => [
  ...LEGAL.map((row, index) => legal(row, index)),
  ...ILLEGAL.map(({ title, frames, codes, why }, index) => ({
    ...refused(
      {
        ...{ id: `12.6.${LEGAL.length + index + 1}`, isOurs: true, title, frames },
        section: 'RFC 7692 §6',
      },
      [],
      codes,
      why,
    ),
    deflate: PLAIN,
  })),
];
