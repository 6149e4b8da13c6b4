// Against ws's Receiver: the same events, payloads, error codes and close codes on the same random and
// mutated streams, for either kernel. Where the two part on purpose, the test says so.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/index.ts';
import { toHex, utf8 } from '../support/bytes.ts';
import { Random, seed } from '../support/random.ts';
import { mutate, randomStream } from '../support/streams.ts';
import { agree, decodeByUs, decodeByWs } from '../support/ws-receiver.ts';

const RUNS = Number(process.env.WSIMD_RUNS ?? 400);

describe.each(['wasm', 'js'] as const)(`%s against ws (WSIMD_SEED=${seed})`, (backend) => {
  it.each([true, false])('as a server: %s', async (isServer) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (start) => {
        const random = new Random(start);
        const valid = randomStream(isServer ? 'server' : 'client', random);
        const stream = random.chance(0.6) ? mutate(valid, random) : valid;
        const chunks: Uint8Array[] = [];
        const largest = random.pick([3, 250, 5000, 70_000, stream.length + 1]);
        for (let at = 0; at < stream.length; ) {
          const size = 1 + random.below(largest);
          chunks.push(stream.subarray(at, at + size));
          at += size;
        }
        const maxPayload = random.pick([300, 1 << 20]);
        const theirs = await decodeByWs(chunks, isServer, maxPayload);
        const ours = decodeByUs(chunks, isServer, maxPayload, backend);
        if (!agree(ours, theirs)) expect(ours, toHex(stream).slice(0, 4000)).toEqual(theirs);
      }),
      { numRuns: RUNS, seed },
    );
  });
});

describe('where we part from ws on purpose', () => {
  it('lengths not in their shortest form: ws takes them, we do when told', async () => {
    const stream = [utf8('\u0082~\u0000\u0001a').slice(1)];
    expect(await decodeByWs(stream, false, 100)).toEqual([['binary', '61']]);
    expect(decodeByUs(stream, false, 100, 'wasm')).toEqual([['binary', '61']]);
    const [strict] = new Decoder({ role: 'client' }).decode(stream[0]);
    expect(strict).toMatchObject({ error: { code: 'WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH' } });
  });

  it('wrong text in an unfinished message: ws waits for its end, we do not', async () => {
    const stream = [new Uint8Array([0x01, 0x01, 0xff])];
    expect(await decodeByWs(stream, false, 100)).toEqual([]);
    expect(decodeByUs(stream, false, 100, 'wasm')).toEqual([
      ['error', 'WS_ERR_INVALID_UTF8', 1007],
    ]);
  });
});
