// What came back, held against what a case expects.

import type { Case, Outcome, Verdict } from './cases/case.ts';
import { describeClose } from './cases/case.ts';
import type { Peer, Received } from './peer/peer.ts';

export interface Judgement {
  readonly verdict: Verdict;
  /** What it rests on, where it is not strict. */
  readonly why: string;
}

const STRICT: Judgement = { verdict: 'strict', why: '' };

const failed = (why: string): Judgement => ({ verdict: 'failed', why });
const nonStrict = (why: string): Judgement => ({ verdict: 'non-strict', why });

/** Of a connection that is over, or will not come to an end. */
export function judge(one: Case, peer: Peer): Judgement {
  if (peer.violations.length > 0)
    return failed(`it broke the protocol: ${peer.violations.join(', ')}`);
  const seen = [...peer.received.map(describe), describeClose(peer.close)].join(', ');
  if (one.isInformational) return { verdict: 'informational', why: seen };
  const outcome = one.outcomes.find(({ received }) => isSame(received, peer.received));
  if (outcome === undefined) return failed(`received: ${seen}`);
  const ending = judgeEnding(one, peer);
  return ending.verdict === 'strict' ? judgeOutcome(outcome, seen) : ending;
}

function judgeOutcome({ verdict }: Outcome, seen: string): Judgement {
  return verdict === 'strict' ? STRICT : nonStrict(`received: ${seen}`);
}

/** What the RFC lets a failed connection be closed with beside the code that fits best (§7.4.1). */
const OTHER_CODES: readonly (number | undefined)[] = [
  1002,
  1003,
  1007,
  1008,
  1009,
  1011,
  undefined,
];

function judgeEnding({ ending }: Case, { close, ended }: Peer): Judgement {
  if (ended === undefined) return failed(`${describeClose(close)}, and TCP was not ended (§7.1.1)`);
  const isRefusal = ending.codes.every((code) => code !== undefined && OTHER_CODES.includes(code));
  const mayDiffer = ending.by === 'them' || isRefusal;
  if (close === undefined) {
    return mayDiffer
      ? nonStrict('TCP was ended without a close frame, which should be sent (§7.1.7)')
      : failed('TCP was ended without a close frame (§5.5.1)');
  }
  if (ending.codes.includes(close.code)) return STRICT;
  const why = `${describeClose(close)} instead of ${ending.codes.join(' or ')}`;
  return mayDiffer && OTHER_CODES.includes(close.code) ? nonStrict(why) : failed(why);
}

function isSame(wanted: readonly Received[], got: readonly Received[]): boolean {
  return wanted.length === got.length && wanted.every((one, i) => isSameOne(one, got[i]));
}

function isSameOne(a: Received, b: Received): boolean {
  if (a.kind === 'note' || b.kind === 'note') {
    return a.kind === 'note' && b.kind === 'note' && a.text === b.text;
  }
  if (a.kind === 'message' && b.kind === 'message' && a.isBinary !== b.isBinary) return false;
  return a.kind === b.kind && a.payload.equals(b.payload);
}

function describe(received: Received): string {
  if (received.kind === 'note') return received.text;
  const length = `of ${received.payload.length} octets`;
  if (received.kind !== 'message') return `${received.kind} ${length}`;
  return `${received.isBinary ? 'binary' : 'text'} message ${length}`;
}
