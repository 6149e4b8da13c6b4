// 5.*: fragmentation (RFC 6455 §5.4).

import type { Frame } from '../peer/frames.ts';
import type { Cut } from '../peer/peer.ts';
import {
  answered,
  aPong,
  aText,
  type Case,
  continuation,
  cutInWords,
  MORE,
  ping,
  pong,
  refused,
  text,
} from './case.ts';

const CUTS: readonly Cut[] = ['together', 'frames', 1];
const SECTION = { section: '§5.4' };

const ECHO = 'The message comes back';
const NOTHING_TO_CONTINUE = 'there is no message to continue';

const TWO = [text('fragment1', MORE), continuation('fragment2')];
const WHOLE = aText('fragment1fragment2');

function illegal(
  number: number,
  title: string,
  frames: Frame[],
  why: string,
  cut: Cut = 'together',
): Case {
  const words = { id: `5.${number}`, ...SECTION, title: title + cutInWords(cut), frames, cut };
  return refused(words, [], [1002], why);
}

const controlFragments = (): Case[] => {
  const why = 'control frames must not be fragmented';
  const rest = continuation('fragment2');
  return [
    illegal(1, 'A ping in two fragments', [ping('fragment1', MORE), rest], why),
    illegal(2, 'A pong in two fragments', [pong('fragment1', MORE), rest], why),
  ];
};

/** 5.3 to 5.8. */
function legal(): Case[] {
  const withPing = [TWO[0], ping('ping payload'), TWO[1]];
  const title = 'A text message in two fragments';
  const plain = CUTS.map((cut, index) => {
    const words = { id: `5.${3 + index}`, ...SECTION, frames: TWO, cut };
    return answered({ ...words, title: title + cutInWords(cut) }, [WHOLE], ECHO);
  });
  const between = CUTS.map((cut, index) => {
    const words = { id: `5.${6 + index}`, ...SECTION, frames: withPing, cut };
    const named = { ...words, title: `${title}, a ping between${cutInWords(cut)}` };
    return answered(named, [aPong('ping payload'), WHOLE], 'A pong, then the message');
  });
  return [...plain, ...between];
}

/** 5.9 to 5.14. */
function strays(): Case[] {
  return [true, false].flatMap((fin, group) =>
    CUTS.map((cut, index) =>
      illegal(
        9 + 3 * group + index,
        `A continuation frame with FIN = ${fin ? 1 : 0} where there is nothing to continue, then a text message`,
        [continuation('non-continuation payload', { fin }), text('Hello, world!')],
        NOTHING_TO_CONTINUE,
        cut,
      ),
    ),
  );
}

function afterMessage(): Case {
  const frames = [...TWO, continuation('fragment3', MORE), text('fragment4')];
  const title = 'A message in two fragments, a continuation frame with FIN = 0, a text message';
  return refused({ id: '5.15', ...SECTION, title, frames }, [WHOLE], [1002], NOTHING_TO_CONTINUE);
}

function repeated(number: number, fin: boolean): Case {
  const once = [
    continuation('fragment1', { fin }),
    text('fragment2', MORE),
    continuation('fragment3'),
  ];
  const title = `Twice: a continuation frame with FIN = ${fin ? 1 : 0}, then a message in two fragments`;
  return illegal(number, title, [...once, ...once], NOTHING_TO_CONTINUE);
}

/** 5.19 and 5.20: the first ping is answered while the message is not whole. */
function pingsBetween(number: number, cut: Cut): Case {
  const pings = ['pongme 1!', 'pongme 2!'];
  const received = [
    ...pings.map((payload) => aPong(payload)),
    aText('fragment1fragment2fragment3fragment4fragment5'),
  ];
  const first = [text('fragment1', MORE), continuation('fragment2', MORE), ping(pings[0])];
  const then = [
    continuation('fragment3', MORE),
    continuation('fragment4', MORE),
    ping(pings[1]),
    continuation('fragment5'),
  ];
  const words = { id: `5.${number}`, section: '§5.4, §5.5.2', frames: [], cut };
  const title = `Two fragments and a ping; once it is answered two more, a ping and the last${cutInWords(cut)}`;
  return {
    ...answered({ ...words, title }, received, 'A pong at once, another, then the message'),
    async play(peer) {
      await peer.send(first, cut);
      await peer.until(() => peer.received.length > 0 || peer.isOver);
      await peer.send(then, cut);
      await peer.until(() => peer.received.length >= received.length || peer.isOver);
      peer.sendClose(1000);
    },
  };
}

export const fragmentationCases = (): Case[] => [
  ...controlFragments(),
  ...legal(),
  ...strays(),
  afterMessage(),
  repeated(16, false),
  repeated(17, true),
  illegal(
    18,
    'A message in two fragments, both with the opcode of text',
    [text('fragment1', MORE), text('fragment2')],
    'every fragment but the first has opcode 0',
  ),
  pingsBetween(19, 'together'),
  pingsBetween(20, 'frames'),
];
