// What a case is: frames to send, and the outcomes that count. Numbers are those of the Autobahn testsuite
// where a case corresponds; where it has none, the case's `isOurs` is set.

import { type Frame, OPCODE } from '../peer/frames.ts';
import type { Close, Cut, Peer, Received } from '../peer/peer.ts';

export type Verdict = 'strict' | 'non-strict' | 'informational' | 'failed' | 'not offered';

/** How much is sent: the whole, or what finishes soon. */
export type Scale = 'full' | 'quick';

export interface Outcome {
  readonly verdict: 'strict' | 'non-strict';
  /** What is to come before the close frame, exactly. */
  readonly received: readonly Received[];
}

/** The end that is due. */
export interface Ending {
  /** Status codes of the close frame; undefined: none in it. */
  readonly codes: readonly (number | undefined)[];
  /** Who sends the first close frame. */
  readonly by: 'us' | 'them';
}

export interface Case {
  readonly id: string;
  readonly isOurs?: boolean;
  readonly title: string;
  readonly expectation: string;
  /** Of RFC 6455 unless it says otherwise. */
  readonly section: string;
  /** What was seen is reported, and nothing is asked. */
  readonly isInformational?: boolean;
  /** What is asked for permessage-deflate. */
  readonly deflate?: DeflateSetup;
  /** Sends, and waits for what must be waited for. A {@link Mismatch} is a failure. */
  play(peer: Peer, scale: Scale): Promise<void>;
  readonly outcomes: readonly Outcome[];
  readonly ending: Ending;
}

/** What a subject is told of permessage-deflate, and how the testing end negotiates. */
export interface DeflateSetup {
  /** The header a testing client offers with. */
  readonly offer: string;
  /** What a testing server agrees to. */
  readonly answer: string;
  /** Options of the subject, in ws's words. */
  readonly serverOptions: object;
  readonly clientOptions: object;
  /** What must be in the answer of a server under test. */
  readonly serverMustAnswer: readonly string[];
  /** What must be in the offer of a client under test. */
  readonly clientMustOffer: readonly string[];
}

export class Mismatch extends Error {}

export const text = (payload: string | Uint8Array, rest: Partial<Frame> = {}): Frame => ({
  ...{ opcode: OPCODE.text, payload },
  ...rest,
});
export const binary = (payload: string | Uint8Array, rest: Partial<Frame> = {}): Frame => ({
  ...{ opcode: OPCODE.binary, payload },
  ...rest,
});
export const continuation = (payload: string | Uint8Array, rest: Partial<Frame> = {}): Frame => ({
  ...{ opcode: OPCODE.continuation, payload },
  ...rest,
});
export const ping = (payload: string | Uint8Array = '', rest: Partial<Frame> = {}): Frame => ({
  ...{ opcode: OPCODE.ping, payload },
  ...rest,
});
export const pong = (payload: string | Uint8Array = '', rest: Partial<Frame> = {}): Frame => ({
  ...{ opcode: OPCODE.pong, payload },
  ...rest,
});
export const closing = (payload: string | Uint8Array = '', rest: Partial<Frame> = {}): Frame => ({
  ...{ opcode: OPCODE.close, payload },
  ...rest,
});

export const MORE: Partial<Frame> = { fin: false };

export const aText = (payload: string | Uint8Array): Received => ({
  ...{ kind: 'message', isBinary: false },
  payload: Buffer.from(payload),
});
export const aBinary = (payload: string | Uint8Array): Received => ({
  ...{ kind: 'message', isBinary: true },
  payload: Buffer.from(payload),
});
export const aPong = (payload: string | Uint8Array): Received => ({
  kind: 'pong',
  payload: Buffer.from(payload),
});

const NORMAL: Ending = { codes: [1000, undefined], by: 'us' };

interface Words {
  readonly id: string;
  readonly isOurs?: boolean;
  readonly title: string;
  readonly section: string;
  readonly cut?: Cut;
  readonly frames: readonly Frame[];
}

/** Legal: everything is answered as listed, then the connection closes normally. */
export function answered(words: Words, received: readonly Received[], expectation: string): Case {
  const { frames, cut, ...rest } = words;
  return {
    ...rest,
    expectation: `${expectation}; then a clean close with 1000.`,
    async play(peer) {
      await peer.send(frames, cut);
      await peer.until(() => peer.received.length >= received.length || peer.isOver);
      peer.sendClose(1000);
    },
    outcomes: [{ verdict: 'strict', received }],
    ending: NORMAL,
  };
}

/** Illegal: what came before it is answered, and the connection is failed with the code. */
export function refused(
  words: Words,
  before: readonly Received[],
  codes: readonly number[],
  why: string,
): Case {
  const { frames, cut, ...rest } = words;
  const first = before.length === 0 ? '' : 'What came before it is answered; then the ';
  const outcomes: Outcome[] = [{ verdict: 'strict', received: before }];
  if (before.length > 0) outcomes.push({ verdict: 'non-strict', received: [] });
  return {
    ...rest,
    expectation: `${first || 'The '}connection is failed at once (${codes.join(' or ')}): ${why}.`,
    async play(peer) {
      await peer.send(frames, cut);
      await peer.until(() => peer.isOver);
    },
    outcomes,
    ending: { codes, by: 'them' },
  };
}

/** A close frame, and whatever is sent with it: the answer is a close frame with one of the codes. */
export function closed(
  words: Words,
  codes: readonly (number | undefined)[],
  expectation: string,
  received: readonly Received[] = [],
): Case {
  const { frames, cut, ...rest } = words;
  return {
    ...{ ...rest, expectation },
    async play(peer) {
      await peer.send(frames, cut);
      await peer.until(() => peer.isOver);
    },
    outcomes: [{ verdict: 'strict', received }],
    ending: { codes, by: 'us' },
  };
}

/** How a cut is called in a title. */
export function cutInWords(cut: Cut): string {
  if (cut === 'together') return '';
  return cut === 'frames'
    ? ', a write for each frame'
    : `, ${cut === 1 ? 'an octet' : `${cut} octets`} a write`;
}

export function describeClose(close: Close | undefined): string {
  if (close === undefined) return 'no close frame';
  return `close ${close.code ?? 'without a code'}${close.reason === '' ? '' : ` ${close.reason}`}`;
}
