// 3.* reserved bits and 4.* reserved opcodes (RFC 6455 §5.2); 8.* what else a header can have wrong.

import type { Frame } from '../peer/frames.ts';
import type { Cut } from '../peer/peer.ts';
import {
  aText,
  binary,
  type Case,
  closing,
  continuation,
  cutInWords,
  MORE,
  ping,
  refused,
  text,
} from './case.ts';

const HELLO = 'Hello, world!';
const RSV_WHY = 'RSV must be 0 where no extension gives it a meaning';
const OPCODE_WHY = 'the opcode is reserved';

/** After a message that is good, and before a ping that must not be answered. */
function behindMessage(
  words: { id: string; section: string; title: string; isOurs?: boolean },
  bad: Frame,
  cut: Cut,
  why: string,
): Case {
  const title = `A text message, then ${words.title}, then a ping${cutInWords(cut)}`;
  const frames = [text(HELLO), bad, ping()];
  return refused({ ...words, title, frames, cut }, [aText(HELLO)], [1002], why);
}

function alone(
  words: { id: string; section: string; title: string; isOurs?: boolean },
  bad: Frame,
  why: string,
  cut: Cut = 'together',
): Case {
  return refused({ ...words, frames: [bad], cut }, [], [1002], why);
}

const SECTION = { section: '§5.2' };
const OCTETS = Buffer.from('00fffefdfcfb00ff', 'hex');

/** 3.1 to 3.7. */
const bitsOfAutobahn = (): Case[] => [
  alone(
    { id: '3.1', ...SECTION, title: 'A text message with RSV = 1' },
    text(HELLO, { rsv: 1 }),
    RSV_WHY,
  ),
  behindMessage(
    { id: '3.2', ...SECTION, title: 'one with RSV = 2' },
    text(HELLO, { rsv: 2 }),
    'together',
    RSV_WHY,
  ),
  behindMessage(
    { id: '3.3', ...SECTION, title: 'one with RSV = 3' },
    text(HELLO, { rsv: 3 }),
    'frames',
    RSV_WHY,
  ),
  behindMessage(
    { id: '3.4', ...SECTION, title: 'one with RSV = 4' },
    text(HELLO, { rsv: 4 }),
    1,
    RSV_WHY,
  ),
  alone(
    { id: '3.5', ...SECTION, title: 'A binary message with RSV = 5' },
    binary(OCTETS, { rsv: 5 }),
    RSV_WHY,
  ),
  alone({ id: '3.6', ...SECTION, title: 'A ping with RSV = 6' }, ping(HELLO, { rsv: 6 }), RSV_WHY),
  alone(
    { id: '3.7', ...SECTION, title: 'A close frame with RSV = 7' },
    closing('', { rsv: 7 }),
    RSV_WHY,
  ),
];

/** 3.8.* to 3.12.*: each value in each place. */
function everyBit(rsv: number): Case[] {
  const ours = (kind: number) => ({ id: `3.${kind}.${rsv}`, isOurs: true, ...SECTION });
  const bits = `RSV = ${rsv}`;
  const bad = text(HELLO, { rsv });
  return [
    alone({ ...ours(8), title: `A text message with ${bits}, an octet a write` }, bad, RSV_WHY, 1),
    behindMessage({ ...ours(9), title: `one with ${bits}` }, bad, 'together', RSV_WHY),
    behindMessage(
      { ...ours(10), title: `a ping with ${bits}` },
      ping('', { rsv }),
      'frames',
      RSV_WHY,
    ),
    alone({ ...ours(11), title: `A close frame with ${bits}` }, closing('', { rsv }), RSV_WHY),
    refused(
      {
        ...{ ...ours(12), title: `A fragment, then its continuation with ${bits}` },
        frames: [text('one', MORE), continuation('two', { rsv })],
      },
      [],
      [1002],
      RSV_WHY,
    ),
  ];
}

/** 4.1.* with 3 to 7, 4.2.* with 11 to 15. */
function opcodes(kind: number, first: number): Case[] {
  const payloads = ['', 'reserved opcode payload', '', HELLO, HELLO];
  const cuts: Cut[] = ['together', 'together', 'together', 'together', 1];
  return payloads.map((payload, index) => {
    const opcode = first + index;
    const words = { id: `4.${kind}.${index + 1}`, ...SECTION };
    const what = `a frame of opcode ${opcode} ${payload === '' ? 'without' : 'with'} payload`;
    const bad = { opcode, payload };
    if (index >= 2) return behindMessage({ ...words, title: what }, bad, cuts[index], OPCODE_WHY);
    return alone({ ...words, title: what.replace('a', 'A') }, bad, OPCODE_WHY);
  });
}

/** The testing end's own masking turned round (§5.1). */
function wronglyMasked(bad: (isMasked: boolean) => Frame, number: number, title: string): Case {
  return {
    ...alone({ id: `8.1.${number}`, isOurs: true, section: '§5.1', title }, bad(true), ''),
    expectation: 'The connection is failed (1002): a client masks every frame, a server none.',
    async play(peer) {
      await peer.send([bad(peer.role === 'server')]);
      await peer.until(() => peer.isOver);
    },
  };
}

const headerCases = (): Case[] => [
  wronglyMasked((isMasked) => text(HELLO, { isMasked }), 1, 'A text message masked the wrong way'),
  wronglyMasked((isMasked) => ping(HELLO, { isMasked }), 2, 'A ping masked the wrong way'),
  {
    ...alone({ id: '8.2.1', isOurs: true, ...SECTION, title: 'A length of 2^63' }, text(''), ''),
    expectation: 'The connection is failed: the most significant bit of a length is 0.',
    async play(peer) {
      const mask = peer.role === 'client' ? 0x80 : 0;
      await peer.write([Buffer.from([0x82, mask | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]);
      await peer.until(() => peer.isOver);
    },
    ending: { codes: [1002, 1009], by: 'them' },
  },
  ...([2, 8] as const).map(
    (lengthBytes, index): Case => ({
      ...alone({ id: `8.3.${index + 1}`, isOurs: true, ...SECTION, title: '' }, text(''), ''),
      title: `A length of 5 in ${lengthBytes} additional octets`,
      expectation: 'Who sends must use the shortest form; the RFC asks nothing of who receives.',
      isInformational: true,
      async play(peer) {
        await peer.send([text('hello', { lengthBytes })]);
        await peer.until(() => peer.received.length > 0 || peer.isOver);
        peer.sendClose(1000);
      },
    }),
  ),
];

export const bitCases = (): Case[] => [
  ...bitsOfAutobahn(),
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((rsv) => everyBit(rsv)),
];
export const opcodeCases = (): Case[] => [...opcodes(1, 3), ...opcodes(2, 11)];
export { headerCases };
