// The decoder against ws's own Receiver: the same events, error codes and close codes, but for text that is wrong in an
// unfinished message.

import type { Random } from '../../../test/support/random.ts';
import { agree, decodeByUs, decodeByWs } from '../../../test/support/ws-receiver.ts';
import { type Case, Choices, chunksOf, type Target } from '../engine/case.ts';
import { same } from '../engine/same.ts';
import { generateStream } from './decoder.ts';

/** ws is asked to take so many chunks, no more: each costs it a callback. */
const MAX_CHUNKS = 2000;

async function check(given: Case): Promise<void> {
  const choices = new Choices(given);
  const isServer = choices.pick([true, false]);
  const maxPayload = choices.pick([1 << 20, 300]);
  const chunks = [...chunksOf(given)].slice(0, MAX_CHUNKS);
  const theirs = await decodeByWs(chunks, isServer, maxPayload);
  // ws looks at a length before the masking key is there, we at the whole header: then the rest of it tells.
  const more = [...chunks, new Uint8Array(4)];
  for (const backend of ['wasm', 'js'] as const) {
    if (agree(decodeByUs(chunks, isServer, maxPayload, backend), theirs)) continue;
    const ours = decodeByUs(more, isServer, maxPayload, backend);
    const last = await decodeByWs(more, isServer, maxPayload);
    if (!agree(ours, last)) same(ours, last, `${backend} and ws differ`);
  }
}

export const receiver: Target = {
  name: 'receiver',
  generate: (random: Random) => generateStream(random),
  check,
};
