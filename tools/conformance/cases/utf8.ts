// 6.*: text is UTF-8 (RFC 6455 §5.6, §8.1), and what is not is refused as soon as that can be told.

import type { Frame } from '../peer/frames.ts';
import { writeFrame } from '../peer/frames.ts';
import type { Peer } from '../peer/peer.ts';
import { answered, aText, type Case, continuation, ping, refused, text } from './case.ts';
import { KOSME, SEQUENCES } from './utf8-sequences.ts';

const ECHO = 'The message comes back';
const SECTION = { section: '§8.1' };
const WHY = 'the payload is not UTF-8';

const hex = (octets: string): Buffer => Buffer.from(octets, 'hex');

/** One message in frames with these payloads. */
function fragments(payloads: readonly (string | Uint8Array)[]): Frame[] {
  return payloads.map((payload, index) => {
    const fin = index === payloads.length - 1;
    return index === 0 ? text(payload, { fin }) : continuation(payload, { fin });
  });
}

const octetwise = (payload: Buffer): Frame[] =>
  fragments(Array.from(payload, (octet) => Buffer.from([octet])));

const GREETING = 'Hello-µ@ßöäüàá-UTF-8!!';

function valid(): Case[] {
  const middle = 'middle frame payload';
  const halves = [GREETING.slice(0, 11), GREETING.slice(11)];
  const rows: [string, string, Frame[], string | Buffer][] = [
    ['6.1.1', 'An empty text message', [text('')], ''],
    ['6.1.2', 'Three empty fragments', fragments(['', '', '']), ''],
    [
      '6.1.3',
      'An empty fragment, one that is not, an empty one',
      fragments(['', middle, '']),
      middle,
    ],
    ['6.2.1', 'Text in one frame', [text(GREETING)], GREETING],
    ['6.2.2', 'Text in two frames, cut between characters', fragments(halves), GREETING],
    ['6.2.3', 'Text in frames of one octet', octetwise(Buffer.from(GREETING)), GREETING],
    ['6.2.4', 'Text in frames of one octet', octetwise(hex(KOSME)), hex(KOSME)],
  ];
  return rows.map(([id, title, frames, message]) =>
    answered({ id, title, frames, section: '§5.6' }, [aText(message)], ECHO),
  );
}

const SURROGATE = hex(`${KOSME}eda080656469746564`);

const invalid = (): Case[] => [
  refused(
    { id: '6.3.1', ...SECTION, title: 'A surrogate, in one frame', frames: [text(SURROGATE)] },
    [],
    [1007],
    WHY,
  ),
  refused(
    {
      id: '6.3.2',
      ...SECTION,
      title: 'A surrogate, in frames of one octet',
      frames: octetwise(SURROGATE),
    },
    [],
    [1007],
    WHY,
  ),
];

/** U+110000, which its second octet gives away. */
const OUT_OF_RANGE = hex(`${KOSME}f4908080656469746564`);
const ACCEPTED = { kind: 'note', text: 'the first part was accepted' } as const;
const WAITED = { kind: 'note', text: 'the violation was detected only afterwards' } as const;
/** Milliseconds until who has not refused it is sent the rest: only what is not strict comes to wait. */
const GRACE = 2_000;
/** Milliseconds for the beginning to be refused wrongly. */
const LINGER = 50;

interface FailFast {
  readonly id: string;
  readonly title: string;
  readonly cuts: readonly [number, number];
  readonly within: 'frames' | 'one frame';
}

const FAIL_FAST: readonly FailFast[] = [
  { id: '6.4.1', title: 'The second of three fragments', cuts: [11, 15], within: 'frames' },
  {
    ...{ id: '6.4.2', cuts: [12, 13], within: 'frames' },
    title: 'The second of three fragments, of the one octet that makes it invalid,',
  },
  {
    id: '6.4.3',
    title: 'The second of three parts of a frame',
    cuts: [11, 15],
    within: 'one frame',
  },
  {
    ...{ id: '6.4.4', cuts: [12, 13], within: 'one frame' },
    title: 'The second of three parts of a frame, the one octet that makes it invalid,',
  },
];

/** The three parts as octets of the wire. */
function parts(peer: Peer, { cuts, within }: FailFast): Buffer[] {
  const [from, to] = cuts;
  if (within === 'frames') {
    const payloads = [
      OUT_OF_RANGE.subarray(0, from),
      OUT_OF_RANGE.subarray(from, to),
      OUT_OF_RANGE.subarray(to),
    ];
    return fragments(payloads).map((frame) => writeFrame(peer.role, frame));
  }
  const frame = writeFrame(peer.role, text(OUT_OF_RANGE));
  const header = frame.length - OUT_OF_RANGE.length;
  return [
    frame.subarray(0, header + from),
    frame.subarray(header + from, header + to),
    frame.subarray(header + to),
  ];
}

/** Between fragments a ping tells that the beginning was read; within a frame only that nothing comes. */
async function waitForBeginning(peer: Peer, within: FailFast['within']): Promise<void> {
  if (within === 'one frame') await peer.until(() => peer.isOver, LINGER);
  else {
    await peer.send([ping('read?')]);
    await peer.until(() => peer.received.length > 0 || peer.isOver);
    peer.received.length = 0;
  }
  if (!peer.isOver) peer.note(ACCEPTED.text);
}

function failFast(row: FailFast): Case {
  return {
    ...refused(
      { id: row.id, ...SECTION, title: `${row.title} is not UTF-8`, frames: [] },
      [ACCEPTED],
      [1007],
      WHY,
    ),
    expectation:
      'The connection is failed (1007) before the third part is sent; later is not strict.',
    async play(peer) {
      const [first, second, third] = parts(peer, row);
      await peer.write([first]);
      await waitForBeginning(peer, row.within);
      if (peer.isOver) return;
      await peer.write([second]);
      if (await peer.until(() => peer.isOver, GRACE)) return;
      peer.note(WAITED.text);
      await peer.write([third]);
      await peer.until(() => peer.isOver);
    },
    outcomes: [
      { verdict: 'strict', received: [ACCEPTED] },
      { verdict: 'non-strict', received: [ACCEPTED, WAITED] },
    ],
  };
}

const sequences = (): Case[] =>
  SEQUENCES.flatMap(({ title, octets }, group) =>
    octets.map((one, index) => {
      const isValid = !one.startsWith('!');
      const payload = hex(one.replace('!', ''));
      const id = `6.${5 + group}.${index + 1}`;
      const words = {
        id,
        ...SECTION,
        title: `${title}: ${payload.toString('hex')}`,
        frames: [text(payload)],
      };
      return isValid ? answered(words, [aText(payload)], ECHO) : refused(words, [], [1007], WHY);
    }),
  );

export const utf8Cases = (): Case[] => [
  ...valid(),
  ...invalid(),
  ...FAIL_FAST.map((row) => failFast(row)),
  ...sequences(),
];
