// 9.*: long messages whole, in frames and in writes of every size; and many short ones, there and back.

import type { Frame } from '../peer/frames.ts';
import type { Cut, Peer } from '../peer/peer.ts';
import { binary, type Case, continuation, Mismatch, type Scale, text } from './case.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

type Kind = 'text' | 'binary';

const TEXT = 'BAsd7&jh23';
const BINARY = Buffer.from('00fe23faf0', 'hex');

function payloadOf(kind: Kind, length: number): Buffer {
  return Buffer.alloc(length, kind === 'text' ? TEXT : BINARY);
}

interface Row {
  readonly id: string;
  readonly kind: Kind;
  readonly length: number;
  /** Octets of a frame. */
  readonly frame?: number;
  readonly cut?: Cut;
}

/** 9.1.* and 9.2.* by length, 9.3.* and 9.4.* by frames, 9.5.* and 9.6.* by writes. */
function rows(): Row[] {
  const lengths = [64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB];
  const frames = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB];
  const chops = [64, 128, 256, 512, 1024, 2048];
  return (['text', 'binary'] as const).flatMap((kind, index) => [
    ...lengths.map((length, i) => ({ id: `9.${1 + index}.${i + 1}`, kind, length })),
    ...frames.map((frame, i) => ({ id: `9.${3 + index}.${i + 1}`, kind, length: 4 * MIB, frame })),
    ...chops.map((cut, i) => ({ id: `9.${5 + index}.${i + 1}`, kind, length: MIB, cut })),
  ]);
}

/** A quick run sends a sixteenth: its frames and writes are as long, but fewer. */
function lengthAt(scale: Scale, { length }: Row): number {
  return scale === 'full' ? length : length / 16;
}

function framesOf({ kind, frame }: Row, payload: Buffer): Frame[] {
  const size = frame ?? payload.length;
  const frames: Frame[] = [];
  for (let from = 0; from < payload.length; from += size) {
    const piece = payload.subarray(from, from + size);
    const fin = from + size >= payload.length;
    if (from > 0) frames.push(continuation(piece, { fin }));
    else frames.push(kind === 'text' ? text(piece, { fin }) : binary(piece, { fin }));
  }
  return frames;
}

function inUnits(length: number): string {
  if (length >= MIB) return `${length / MIB} MiB`;
  return length >= KIB ? `${length / KIB} KiB` : `${length} octets`;
}

async function echoed(peer: Peer, kind: Kind, payload: Buffer): Promise<void> {
  const message = await peer.nextMessage();
  if (message === undefined) throw new Mismatch('no message came back');
  if (message.isBinary !== (kind === 'binary')) throw new Mismatch('it came back as another type');
  if (!message.payload.equals(payload)) {
    throw new Mismatch(`other octets came back: ${message.payload.length} of ${payload.length}`);
  }
}

function large(row: Row): Case {
  const { id, kind, length, frame, cut } = row;
  const by = frame === undefined ? '' : ` in frames of ${inUnits(frame)}`;
  const chopped = cut === undefined ? '' : `, ${cut} octets a write`;
  return {
    id,
    section: frame === undefined ? '§5.2' : '§5.4',
    title: `A ${kind} message of ${inUnits(length)}${by}${chopped}`,
    expectation: 'The same octets come back; then a clean close with 1000.',
    async play(peer, scale) {
      const payload = payloadOf(kind, lengthAt(scale, row));
      await peer.send(framesOf(row, payload), cut);
      await echoed(peer, kind, payload);
      peer.sendClose(1000);
    },
    outcomes: [{ verdict: 'strict', received: [] }],
    ending: { codes: [1000, undefined], by: 'us' },
  };
}

const MESSAGES = { full: 1000, quick: 50 };

/** 9.7.* and 9.8.*: the next when the last has come back. */
function roundTrips(kind: Kind): Case[] {
  return [0, 16, 64, 256, 1024, 4096].map((length, index) => ({
    id: `9.${kind === 'text' ? 7 : 8}.${index + 1}`,
    section: '§5.6',
    title: `1,000 ${kind} messages of ${length} octets, there and back`,
    expectation: 'Each comes back; then a clean close with 1000.',
    async play(peer, scale) {
      const payload = Buffer.alloc(length, kind === 'text' ? '*' : 0xfe);
      for (let sent = 0; sent < MESSAGES[scale]; sent++) {
        await peer.send([kind === 'text' ? text(payload) : binary(payload)]);
        await echoed(peer, kind, payload);
      }
      peer.sendClose(1000);
    },
    outcomes: [{ verdict: 'strict', received: [] }],
    ending: { codes: [1000, undefined], by: 'us' },
  }));
}

export const limitCases = (): Case[] => [
  ...rows().map((row) => large(row)),
  ...roundTrips('text'),
  ...roundTrips('binary'),
];
