// 1.* framing, 2.* pings and pongs, 10.* fragments of a size (RFC 6455 §5.2, §5.4, §5.5).

import type { Frame } from '../peer/frames.ts';
import type { Cut } from '../peer/peer.ts';
import {
  aBinary,
  answered,
  aPong,
  aText,
  binary,
  type Case,
  continuation,
  cutInWords,
  ping,
  pong,
  refused,
  text,
} from './case.ts';

const LENGTHS = [0, 125, 126, 127, 128, 65535, 65536];
const CHOP = 997;

/** 1.1.1 to 1.1.8, 1.2.1 to 1.2.8. */
function framing(kind: 'text' | 'binary'): Case[] {
  const rows: [number, Cut][] = LENGTHS.map((length) => [length, 'together']);
  rows.push([65536, CHOP]);
  return rows.map(([length, cut], index) => {
    const payload = kind === 'text' ? '*'.repeat(length) : Buffer.alloc(length, 0xfe);
    return answered(
      {
        ...{ id: `1.${kind === 'text' ? 1 : 2}.${index + 1}`, section: '§5.2', cut },
        title: `A ${kind} message of ${length} octets${cutInWords(cut)}`,
        frames: [kind === 'text' ? text(payload) : binary(payload)],
      },
      [kind === 'text' ? aText(payload) : aBinary(payload)],
      'The message comes back',
    );
  });
}

const TEN = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
const UNSOLICITED = 'unsolicited pong payload';
const NOT_UTF8 = Buffer.from('00fffefdfcfb00ff', 'hex');

interface PingRow {
  readonly title: string;
  readonly frames: readonly Frame[];
  readonly pongs: readonly (string | Buffer)[];
  readonly cut?: Cut;
}

const octets = (length: number): Buffer => Buffer.alloc(length, 0xfe);

const PINGS: readonly (PingRow | undefined)[] = [
  { title: 'A ping without payload', frames: [ping()], pongs: [''] },
  { title: 'A ping with text', frames: [ping('Hello, world!')], pongs: ['Hello, world!'] },
  { title: 'A ping that is not UTF-8', frames: [ping(NOT_UTF8)], pongs: [NOT_UTF8] },
  { title: 'A ping of 125 octets', frames: [ping(octets(125))], pongs: [octets(125)] },
  undefined,
  { title: 'A ping of 125 octets', frames: [ping(octets(125))], pongs: [octets(125)], cut: 1 },
  { title: 'An unsolicited pong without payload', frames: [pong()], pongs: [] },
  { title: 'An unsolicited pong', frames: [pong(UNSOLICITED)], pongs: [] },
  {
    title: 'An unsolicited pong, then a ping',
    ...{ frames: [pong(UNSOLICITED), ping('ping payload')], pongs: ['ping payload'] },
  },
  { title: 'Ten pings in a row', frames: TEN.map((payload) => ping(payload)), pongs: TEN },
  { title: 'Ten pings in a row', frames: TEN.map((payload) => ping(payload)), pongs: TEN, cut: 1 },
];

const TOO_LONG: Case = refused(
  {
    ...{ id: '2.5', section: '§5.5', title: 'A ping of 126 octets' },
    frames: [ping(octets(126))],
  },
  [],
  [1002],
  'control frames have at most 125 octets',
);

function pings(): Case[] {
  return PINGS.map((row, index) => {
    if (row === undefined) return TOO_LONG;
    const { title, frames, pongs, cut = 'together' } = row;
    return answered(
      {
        ...{ id: `2.${index + 1}`, section: pongs.length === 0 ? '§5.5.3' : '§5.5.2', frames, cut },
        title: title + cutInWords(cut),
      },
      pongs.map((payload) => aPong(payload)),
      pongs.length === 0 ? 'Nothing comes back' : 'A pong for each ping, with its payload',
    );
  });
}

/** 10.1.1: a message in frames of 1,300 octets. */
function autoFragments(): Case {
  const payload = '*'.repeat(65536);
  const frames: Frame[] = [];
  for (let from = 0; from < payload.length; from += 1300) {
    const piece = payload.slice(from, from + 1300);
    const fin = from + 1300 >= payload.length;
    frames.push(from === 0 ? text(piece, { fin }) : continuation(piece, { fin }));
  }
  return answered(
    {
      ...{ id: '10.1.1', section: '§5.4', frames },
      title: 'A text message of 65536 octets in frames of 1300',
    },
    [aText(payload)],
    'The message comes back',
  );
}

export const framingCases = (): Case[] => [...framing('text'), ...framing('binary')];
export const pingCases = pings;
export const miscCases = (): Case[] => [autoFragments()];
