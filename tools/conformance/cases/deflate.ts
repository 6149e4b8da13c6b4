// 12.* and 13.*: permessage-deflate (RFC 7692): data, sizes, fragments; windows and contexts.

import type { Frame } from '../peer/frames.ts';
import type { Peer } from '../peer/peer.ts';
import {
  binary,
  type Case,
  continuation,
  type DeflateSetup,
  Mismatch,
  type Scale,
  text,
} from './case.ts';
import { deflateSamples, type Sample, slice } from './deflate-data.ts';

/** Octets of a message, and of a frame; 0: in one frame. */
const SIZES: readonly (readonly [number, number])[] = [
  ...[16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072].map((size) => [size, 0] as const),
  ...[8192, 16384, 32768, 65536, 131072].map((size) => [size, 256] as const),
  ...[1024, 4096, 32768].map((frame) => [131072, frame] as const),
];
const MESSAGES = 1000;

/** A quick run sends messages until they come to this much, but at least three, so that contexts are taken over. */
const QUICK_OCTETS = 64 * 1024;
const QUICK_MOST = 20;

function countAt(scale: Scale, size: number): number {
  if (scale === 'full') return MESSAGES;
  return Math.max(3, Math.min(QUICK_MOST, Math.floor(QUICK_OCTETS / size)));
}

/** A message already compressed, in frames; RSV1 is the first's (RFC 7692 §6). */
export function compressedFrames(isBinary: boolean, payload: Buffer, size: number): Frame[] {
  const step = size === 0 ? Math.max(payload.length, 1) : size;
  const frames: Frame[] = [];
  for (let from = 0; from < payload.length || from === 0; from += step) {
    const piece = payload.subarray(from, from + step);
    const fin = from + step >= payload.length;
    if (from > 0) frames.push(continuation(piece, { fin }));
    else frames.push((isBinary ? binary : text)(piece, { fin, rsv: 4 }));
  }
  return frames;
}

async function roundTrip(
  peer: Peer,
  sample: Sample,
  message: Buffer,
  frame: number,
): Promise<boolean> {
  const { deflate } = peer;
  if (deflate === undefined) throw new Error('permessage-deflate was not agreed to');
  await peer.send(compressedFrames(sample.isBinary, await deflate.compress(message), frame));
  const echo = await peer.nextMessage();
  if (echo === undefined) throw new Mismatch('no message came back');
  if (echo.isBinary !== sample.isBinary) throw new Mismatch('it came back as another type');
  let payload = echo.payload;
  if (echo.isCompressed) {
    try {
      payload = await deflate.inflate(payload);
    } catch (error) {
      throw new Mismatch(`what came back does not inflate as agreed: ${error}`);
    }
  }
  if (!payload.equals(message)) throw new Mismatch('other octets came back');
  return echo.isCompressed === true;
}

function deflateCase(
  id: string,
  sample: Sample,
  index: number,
  setup: DeflateSetup,
  words: string,
): Case {
  const [size, frame] = SIZES[index];
  const fragments = frame === 0 ? '' : `, in frames of ${frame}`;
  return {
    ...{ id, section: 'RFC 7692 §6, §7', deflate: setup },
    title: `1,000 messages of ${size} octets of ${sample.title}${fragments}; ${words}`,
    expectation: 'Each comes back, compressed as was agreed; then a clean close with 1000.',
    async play(peer, scale) {
      const count = countAt(scale, size);
      let compressed = 0;
      for (let sent = 0; sent < count; sent++) {
        const isCompressed = await roundTrip(peer, sample, slice(sample, sent * size, size), frame);
        compressed += Number(isCompressed);
      }
      peer.log.note(`${count} messages came back, ${compressed} of them compressed`);
      peer.sendClose(1000);
    },
    outcomes: [{ verdict: 'strict', received: [] }],
    ending: { codes: [1000, undefined], by: 'us' },
  };
}

export const PLAIN: DeflateSetup = {
  // As ws and browsers offer it: a server may take client_no_context_takeover for a wish.
  offer: 'permessage-deflate; client_max_window_bits',
  answer: 'permessage-deflate',
  ...{ serverOptions: {}, clientOptions: {}, serverMustAnswer: [], clientMustOffer: [] },
};

interface Asked {
  readonly noContextTakeover?: boolean;
  readonly windowBits?: number;
}

function parametersOf(
  role: 'server' | 'client',
  { noContextTakeover, windowBits }: Asked,
): string[] {
  return [
    ...(noContextTakeover ? [`${role}_no_context_takeover`] : []),
    ...(windowBits === undefined ? [] : [`${role}_max_window_bits=${windowBits}`]),
  ];
}

/** 13.1 to 13.7: the testing end asks it of the subject. */
function askedOfSubject(asked: readonly Asked[]): DeflateSetup {
  const offers = asked.map((one) => [PLAIN.offer, ...parametersOf('server', one)].join('; '));
  return {
    ...PLAIN,
    offer: offers.join(', '),
    answer: ['permessage-deflate', ...parametersOf('client', asked[0])].join('; '),
    serverMustAnswer: parametersOf('server', asked[0]),
    // What a client has to have said before a server may ask for a smaller window (§7.1.2.2).
    clientMustOffer: asked[0].windowBits === undefined ? [] : ['client_max_window_bits'],
  };
}

/** 13.8 on: the subject asks it of the testing end, by its own options. */
function askedBySubject({ noContextTakeover = false, windowBits }: Asked): DeflateSetup {
  const asked = { noContextTakeover, windowBits };
  const ofServer = parametersOf('server', asked);
  const window = (name: string) => (windowBits === undefined ? {} : { [name]: windowBits });
  return {
    ...PLAIN,
    answer: ['permessage-deflate', ...ofServer].join('; '),
    serverOptions: { clientNoContextTakeover: noContextTakeover, ...window('clientMaxWindowBits') },
    clientOptions: { serverNoContextTakeover: noContextTakeover, ...window('serverMaxWindowBits') },
    serverMustAnswer: parametersOf('client', asked),
    clientMustOffer: ofServer,
  };
}

/** Both ends ask it of both. */
function askedByBoth(asked: Asked): DeflateSetup {
  const ofSubject = askedOfSubject([asked]);
  const bySubject = askedBySubject(asked);
  const all = [...parametersOf('server', asked), ...parametersOf('client', asked)];
  return {
    ...bySubject,
    offer: ofSubject.offer,
    answer: ['permessage-deflate', ...all].join('; '),
    serverMustAnswer: all,
  };
}

const SMALL = { windowBits: 9 };
const LARGE = { windowBits: 15 };
const FRESH = { noContextTakeover: true };

const SETUPS: readonly (readonly [string, DeflateSetup])[] = [
  ['nothing is asked', askedOfSubject([{}])],
  ['it takes no context over', askedOfSubject([FRESH])],
  ['its window is 9', askedOfSubject([SMALL])],
  ['its window is 15', askedOfSubject([LARGE])],
  ['its window is 9, and it takes no context over', askedOfSubject([{ ...FRESH, ...SMALL }])],
  ['its window is 15, and it takes no context over', askedOfSubject([{ ...FRESH, ...LARGE }])],
  ['three offers, the strictest first', askedOfSubject([{ ...FRESH, ...SMALL }, FRESH, {}])],
  ['it wants no context taken over', askedBySubject(FRESH)],
  ['it wants a window of 9', askedBySubject(SMALL)],
  ['it wants a window of 9 and no context taken over', askedBySubject({ ...FRESH, ...SMALL })],
  ['no context taken over and windows of 9, both ways', askedByBoth({ ...FRESH, ...SMALL })],
];
/** From here on they are ours. */
const OURS = 8;

export const deflateCases = (): Case[] => [
  ...deflateSamples().flatMap((sample, kind) =>
    SIZES.map((_, i) =>
      deflateCase(`12.${kind + 1}.${i + 1}`, sample, i, PLAIN, 'nothing is asked'),
    ),
  ),
  ...SETUPS.flatMap(([words, setup], row) =>
    SIZES.map((_, i) => ({
      ...deflateCase(`13.${row + 1}.${i + 1}`, deflateSamples()[0], i, setup, words),
      isOurs: row + 1 >= OURS,
    })),
  ),
];
