// The inspector agrees with the decoder on every vector and on random streams, valid and invalid.

import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/index.ts';
import { type Inspection, type InspectOptions, inspect } from '../../src/inspect/index.ts';
import { hex, toHex } from '../support/bytes.ts';
import { recorder } from '../support/decode.ts';
import type { Event } from '../support/naive-decoder.ts';
import { Random, seed } from '../support/random.ts';
import { mutate, randomStream } from '../support/streams.ts';
import { VALID } from '../vectors/valid.ts';
import { BEFORE, VIOLATIONS } from '../vectors/violations.ts';

const MAX_PAYLOAD = 16 * 1024 * 1024;
const runs = Number(process.env.WSIMD_RUNS ?? 300);

interface How {
  role: 'server' | 'client';
  maxPayload?: number;
  rsv1?: boolean;
}

/** What a decoder with this role says. */
function decoded(bytes: Uint8Array, { role, ...options }: How): Event[] {
  const events: Event[] = [];
  const transform = (payload: Uint8Array) => payload;
  new Decoder({ role, ...options, transform }, recorder(events)).write(bytes.slice());
  return events;
}

/** The same of an inspection, in the same words and order. */
function eventsOf({ frames, messages, problem, truncated }: Inspection): Event[] {
  const events: Event[] = [];
  const ends = new Map(
    messages.filter(({ complete }) => complete).map((one) => [one.frames.at(-1), one]),
  );
  for (const frame of frames) {
    const { opcodeName, payload, close, index } = frame;
    const message = ends.get(index);
    if (message?.opcode === 1) events.push(['text', message.text as string]);
    else if (message) events.push(['binary', toHex(message.data)]);
    if (frame.problem || truncated?.frame === index) continue;
    if (opcodeName === 'ping' || opcodeName === 'pong') events.push([opcodeName, toHex(payload)]);
    if (close) events.push(['close', close.code, close.reason]);
  }
  if (problem) {
    events.push(['error', problem.code, problem.closeCode, problem.section, problem.offset]);
  }
  return events;
}

/** What the inspector says of bytes that a decoder with this role would get. */
function inspected(
  bytes: Uint8Array,
  { role, maxPayload = MAX_PAYLOAD }: How,
  more: InspectOptions = {},
) {
  return inspect(bytes, { role: role === 'server' ? 'client' : 'server', maxPayload, ...more });
}

describe.each(VALID)('§$section: $name', ({ hex: text, role }) => {
  it('agrees', () => {
    const bytes = hex(text);
    expect(eventsOf(inspected(bytes, { role }))).toEqual(decoded(bytes, { role }));
  });
});

describe.each(VIOLATIONS)('§$section: $name ($hex)', ({ hex: text, role, options, code, at }) => {
  const before = hex(BEFORE[role]);
  const bytes = hex(`${BEFORE[role]} ${text}`);
  const how = { role, ...options };
  // RSV1 of these vectors is wrong whatever was negotiated.
  const deflate = options?.rsv1 === true;

  it('agrees, also on the error', () => {
    const inspection = inspected(bytes, how, { deflate });
    expect(eventsOf(inspection)).toEqual(decoded(bytes, how));
    expect(inspection.problem).toMatchObject({ code, offset: before.length + at });
  });

  it('has the same message, and assigns it to the invalid frame', () => {
    const decoder = new Decoder({ ...how, transform: (payload) => payload }, { error: () => {} });
    decoder.write(bytes.slice());
    const { problem, frames } = inspected(bytes, how, { deflate });
    const { violation, message, value } = decoder.error ?? {};
    expect(problem).toMatchObject({ violation, message });
    expect(problem?.value).toBe(value);
    expect(frames.at(-1)?.problem).toBe(problem);
    expect(frames.filter((frame) => frame.problem)).toHaveLength(1);
  });

  it('agrees if the frames are checked but not shown', () => {
    const { problem } = inspected(bytes, how, { deflate, maxFrames: 0 });
    expect(problem).toMatchObject({ code, offset: before.length + at });
  });
});

describe.each(['server', 'client'] as const)(`random streams to a %s (seed ${seed})`, (role) => {
  it('agrees, valid or invalid, truncated or complete', () => {
    const random = new Random(seed);
    for (let run = 0; run < runs; run++) {
      const stream = randomStream(role, random);
      const bytes = run % 3 === 0 ? stream : mutate(stream, random);
      const expected = decoded(bytes, { role });
      const inspection = inspected(bytes, { role }, { maxFrames: 1e6 });
      expect(eventsOf(inspection), `run ${run} of seed ${seed}`).toEqual(expected);
      const short = inspected(bytes, { role }, { maxFrames: random.below(4) });
      expect(short.problem, `run ${run} of seed ${seed}`).toEqual(inspection.problem);
      expect(short.truncated).toEqual(inspection.truncated);
      expect(short.frames.length + short.framesLeft).toBe(inspection.frames.length);
    }
  });

  it('never throws for random bytes and options', () => {
    const random = new Random(seed);
    for (let run = 0; run < runs * 3; run++) {
      const bytes = random.bytes(random.below(random.pick([4, 20, 300])));
      const deflate = random.chance(0.5);
      if (deflate && bytes.length > 1 && random.chance(0.8))
        bytes[0] = random.pick([0xc1, 0xc2, 0x41]);
      const maxFrames = random.pick([0, 1, 1000]);
      const { frames, bytesLeft, truncated } = inspect(bytes, { deflate, maxFrames });
      const last = frames.at(-1);
      if (last && !truncated && maxFrames === 1000) {
        expect(Math.max(...last.fields.map(({ to }) => to)) + bytesLeft).toBe(bytes.length);
      }
    }
  });
});
