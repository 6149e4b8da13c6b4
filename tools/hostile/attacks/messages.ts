// Attacks with messages: floods of fragments, messages without end, lengths that are only declared, frames by the
// thousand, and what grows when it is inflated.

import { deflateRawSync } from 'node:zlib';
import { frame } from '../../../test/support/bytes.ts';
import { type Attack, KiB, MAX_PAYLOAD, MiB } from '../support/attack.ts';
import { openMany, RawPeer } from '../support/raw-peer.ts';

const KEY = [1, 2, 3, 4];
const ALL = ['wsimd', 'streams', 'ws'] as const;
const NOTHING = new Uint8Array(0);
const masked = (opcode: number, payload: Uint8Array, fin = true, rsv = 0) =>
  frame({ opcode, payload, fin, rsv, key: KEY });
const times = (piece: Uint8Array, count: number): Uint8Array =>
  Buffer.alloc(piece.length * count, piece);

/** ws's limit in pieces, which wsimd/ws keeps. */
const MAX_FRAGMENTS = 16_384;
const TOO_MANY = { answer: 1008, code: 'WS_ERR_TOO_MANY_BUFFERED_PARTS' };
const TOO_LONG = { answer: 1009, code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' };

function fragments(name: string, payload: Uint8Array): Attack {
  const piece = times(masked(0, payload, false), 5000);
  return {
    name,
    what: '4 peers, each 400,000 fragments of one message',
    limit: `${MAX_FRAGMENTS} fragments in ws and wsimd/ws; in streams, the bytes of memory they take`,
    libraries: ALL,
    async run({ port }) {
      const peers = await openMany(4, () => RawPeer.open(port));
      const sent = await Promise.all(
        peers.map(async (peer) => {
          await peer.send(masked(2, NOTHING, false));
          return peer.flood(piece, piece.length * 80);
        }),
      );
      return { peers, sent: sent.reduce((one, other) => one + other) };
    },
    expected: (library) => (library === 'streams' ? { answer: 'open' } : TOO_MANY),
    mayHold: (library) => (library === 'streams' ? 6 * MiB : 2 * MiB),
  };
}

const neverEnding: Attack = {
  name: 'an endless message',
  what: '4 peers, fragments of 64 KiB until the server stops them',
  limit: 'maxPayload (16 MiB in streams, 100 MiB in ws and wsimd/ws; here 4 MiB)',
  libraries: ALL,
  async run({ port }) {
    const peers = await openMany(4, () => RawPeer.open(port));
    const piece = masked(0, new Uint8Array(64 * KiB), false);
    const sent = await Promise.all(
      peers.map(async (peer) => {
        await peer.send(masked(2, NOTHING, false));
        return peer.flood(piece, 16 * MiB);
      }),
    );
    return { peers, sent: sent.reduce((one, other) => one + other) };
  },
  expected: () => TOO_LONG,
  mayHold: () => 2 * MiB,
};

const almost: Attack = {
  name: 'messages without their last byte',
  what: '8 peers, each maxPayload minus one byte in 64 fragments, then nothing',
  limit: 'twice maxPayload per connection, while it is open',
  libraries: ALL,
  async run({ port }) {
    const peers = await openMany(8, () => RawPeer.open(port));
    const piece = masked(0, new Uint8Array(MAX_PAYLOAD / 64), false);
    const last = masked(0, new Uint8Array(MAX_PAYLOAD / 64 - 1), false);
    for (const peer of peers) {
      await peer.send(masked(2, NOTHING, false));
      for (let i = 0; i < 63; i++) await peer.send(piece);
      await peer.send(last);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { peers, sent: 8 * MAX_PAYLOAD };
  },
  expected: () => ({ answer: 'open' }),
  mayHold: () => 8 * (2 * MAX_PAYLOAD + MiB),
};

function declared(name: string, length: bigint, code: string | undefined): Attack {
  const header = new Uint8Array(14);
  header.set([0x82, 0xff]);
  new DataView(header.buffer).setBigUint64(2, length);
  return {
    name: `a length of ${name}`,
    what: '100 peers, each the header of a frame, then nothing',
    limit:
      code === undefined
        ? 'nothing is allocated for what is only declared'
        : 'refused by the header alone',
    libraries: ALL,
    async run({ port }) {
      const peers = await openMany(100, () => RawPeer.open(port));
      await Promise.all(peers.map((peer) => peer.send(header)));
      return { peers, sent: 1400 };
    },
    expected: () => (code === undefined ? { answer: 'open' } : { answer: 1009, code }),
    mayHold: () => 100 * 40 * KiB,
  };
}

const oneChunk: Attack = {
  name: 'thousands of frames in one chunk',
  what: '4 peers, each 200,000 empty messages in one write',
  limit: 'none: each is delivered; a chunk in Node has 64 KiB',
  libraries: ALL,
  async run(server) {
    const peers = await openMany(4, () => RawPeer.open(server.port));
    const chunk = times(masked(2, NOTHING), 200_000);
    const { messages } = await server.counts();
    await Promise.all(peers.map((peer) => peer.send(chunk)));
    for (let i = 0; i < 200 && (await server.counts()).messages < messages + 800_000; i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return { peers, sent: 4 * chunk.length };
  },
  expected: () => ({ answer: 'open', messages: 800_000 }),
  mayHold: () => 3 * MiB,
};

const BOMB = 64 * MiB;

const bomb: Attack = {
  name: 'deflate bombs',
  what: '8 peers, each a message of 65 KiB that inflates to 64 MiB',
  limit: 'maxPayload counts inflated bytes, and inflating stops there. Streams have no extension',
  libraries: ALL,
  options: (library) => (library === 'streams' ? {} : { perMessageDeflate: true }),
  async run({ port }) {
    const offer = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';
    const peers = await openMany(8, () => RawPeer.open(port, '/sink', offer));
    const squeezed = deflateRawSync(new Uint8Array(BOMB), { finishFlush: 2 });
    const message = masked(2, squeezed.subarray(0, -4), true, 0x40);
    await Promise.all(peers.map((peer) => peer.send(message)));
    // Until all are refused: what is being inflated meanwhile is not held for long.
    const isRefused = (peer: RawPeer) => peer.isClosed || peer.closeCode !== undefined;
    for (let i = 0; i < 200 && !peers.every(isRefused); i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return { peers, sent: 8 * message.length };
  },
  expected: (library) =>
    library === 'streams' ? { answer: 1002, code: 'WS_ERR_UNEXPECTED_RSV_1' } : TOO_LONG,
  mayHold: () => 6 * MiB,
};

export const MESSAGES: readonly Attack[] = [
  fragments('empty fragments', NOTHING),
  fragments('fragments of one byte', new Uint8Array(1)),
  neverEnding,
  almost,
  declared('2^63', 2n ** 63n, 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH'),
  declared('2^53', 2n ** 53n, 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH'),
  declared('maxPayload and one', BigInt(MAX_PAYLOAD + 1), 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'),
  declared('maxPayload', BigInt(MAX_PAYLOAD), undefined),
  oneChunk,
  bomb,
];
