// The inspector: it never throws, says of each byte once what it is, stays within the limits it was given, and finds
// what the decoder finds.

import { Decoder } from '../../../src/index.ts';
import {
  type Inspection,
  type InspectOptions,
  inspect as inspectBytes,
  inspectConversation,
} from '../../../src/inspect/index.ts';
import { join } from '../../../test/support/bytes.ts';
import { handshake } from '../../../test/support/pcap.ts';
import type { Random } from '../../../test/support/random.ts';
import { type Case, Choices, chunksOf, type Target } from '../engine/case.ts';
import { ensure, same } from '../engine/same.ts';
import { generateStream } from './decoder.ts';

const MAX_PAYLOAD = 1 << 20;
const MAX_INFLATED = 1 << 16;

function checkShape(inspection: Inspection, length: number, options: InspectOptions): void {
  const { frames, messages, bytesLeft, truncated, problem, handshake: head } = inspection;
  const { maxFrames = 1000, maxPayloadPreview = 256 } = options;
  ensure(frames.length <= maxFrames, `${frames.length} frames are reported`);
  ensure(bytesLeft >= 0 && bytesLeft <= length, `${bytesLeft} bytes of ${length} are left`);
  ensure(messages.length <= frames.length, 'more messages than frames');
  let end = head?.length ?? 0;
  for (const { offset, fields, preview } of frames) {
    same(offset, end, 'a frame does not begin where the last one ended');
    ensure(
      fields.every(({ from, to }) => from <= to && to <= length),
      'a field is outside',
    );
    end = Math.max(...fields.map(({ to }) => to));
    ensure((preview.text?.length ?? 0) <= maxPayloadPreview, 'a preview is too long');
  }
  if (problem !== undefined) ensure(problem.offset <= length, 'the problem is outside');
  if (truncated !== undefined) ensure(truncated.missing > 0, 'nothing is missing');
  const inflated = messages.reduce((sum, one) => sum + (one.compressed ? one.data.length : 0), 0);
  ensure(inflated <= MAX_INFLATED, `${inflated} bytes were inflated`);
}

/** The first rule that is broken, by the decoder. */
function checkAgainstDecoder(given: Case, sender: 'client' | 'server', found: Inspection): void {
  const role = sender === 'client' ? 'server' : 'client';
  const decoder = new Decoder({ role, maxPayload: MAX_PAYLOAD }, { error: () => {} });
  for (const chunk of chunksOf(given)) decoder.write(chunk);
  const { error } = decoder;
  const { problem } = found;
  const short = (one: typeof error | typeof problem) => one && [one.code, one.offset, one.section];
  same(short(problem) ?? null, short(error) ?? null, 'the inspector and the decoder differ');
}

export const inspect: Target = {
  name: 'inspect',
  generate(random: Random): Case {
    const given = generateStream(random);
    if (random.chance(0.7)) return given;
    const { request, response } = handshake(
      'Sec-WebSocket-Extensions: permessage-deflate\r\n',
      'Sec-WebSocket-Extensions: permessage-deflate\r\n',
    );
    return { ...given, bytes: join(random.pick([request, response]), given.bytes) };
  },
  check(given: Case): void {
    const choices = new Choices(given);
    const { bytes } = given;
    const sender = choices.pick(['client', 'server'] as const);
    const deflate = choices.once(3);
    const options: InspectOptions = {
      maxFrames: choices.pick([100_000, 1, 0, 3]),
      maxPayloadPreview: choices.pick([256, 0, 10]),
      maxPayload: MAX_PAYLOAD,
      maxInflated: MAX_INFLATED,
      ...(deflate ? { deflate: { serverNoContextTakeover: choices.once(2) } } : {}),
    };
    const found = inspectBytes(bytes, { ...options, role: sender });
    checkShape(found, bytes.length, options);
    if (
      !deflate &&
      found.handshake === undefined &&
      !/^The input begins like HTTP/.test(found.notes[0] ?? '')
    ) {
      checkAgainstDecoder(given, sender, found);
    }
    checkShape(inspectBytes(bytes, options), bytes.length, options);
    const at = Math.floor(bytes.length / 2);
    const [client, server] = [bytes.subarray(0, at), bytes.subarray(at)];
    const both = inspectConversation({ client, server }, options);
    checkShape(both.client, client.length, options);
    checkShape(both.server, server.length, options);
  },
};
