// What is encoded is decoded again: messages, fragments, control frames and close frames, by Encoder and by two
// BatchWriters that share one staging block.

import { type Backend, BatchWriter, Decoder, Encoder, prepare } from '../../../src/index.ts';
import { join, toHex } from '../../../test/support/bytes.ts';
import { recorder } from '../../../test/support/decode.ts';
import type { Event } from '../../../test/support/naive-decoder.ts';
import type { Random } from '../../../test/support/random.ts';
import { anyhow, type Case, Choices, chunksOf, type Target } from '../engine/case.ts';
import { same } from '../engine/same.ts';

type Sink = Pick<BatchWriter, 'text' | 'binary' | 'ping' | 'pong' | 'close'> & {
  fragments(data: string | Uint8Array, size: number): unknown;
};

const text = new TextDecoder('utf-8', { ignoreBOM: true });
const SIZES = [0, 1, 5, 124, 125, 126, 127, 1000, 1366, 4095, 4096, 21_841, 65_535, 65_536, 70_000];

/** One message or control frame of the bytes' next, into the sink; what a decoder must say of it. */
function send(sink: Sink, choices: Choices, bytes: Uint8Array): { event: Event; used: number } {
  const kind = choices.byte() % 9;
  const isControl = kind > 4;
  const size = isControl ? choices.byte() % 126 : choices.pick(SIZES);
  const payload = bytes.slice(0, size);
  const string = text.decode(payload);
  const used = Math.max(1, payload.length);
  const pieceOf = 1 + choices.byte();
  if (kind === 0) sink.text(string);
  else if (kind === 1) sink.fragments(string, pieceOf);
  if (kind < 2) return { event: ['text', string], used };
  if (kind === 2) sink.binary(payload);
  else if (kind === 3) sink.fragments(payload, pieceOf);
  else if (kind === 4) sink.text(new TextEncoder().encode(string));
  if (kind === 4) return { event: ['text', string], used };
  if (kind < 5) return { event: ['binary', toHex(payload)], used };
  if (kind < 7) sink.ping(payload);
  else sink.pong(payload);
  return { event: [kind < 7 ? 'ping' : 'pong', toHex(payload)], used };
}

function expectDecoded(
  stream: Uint8Array,
  given: Case,
  role: 'server' | 'client',
  expected: readonly Event[],
): void {
  for (const backend of ['wasm', 'js'] as const) {
    const events: Event[] = [];
    const options = { role, backend, delivery: 'string', maxPayload: 1 << 24 } as const;
    const decoder = new Decoder(options, recorder(events));
    for (const chunk of chunksOf({ ...given, bytes: stream })) decoder.write(chunk);
    same(events, expected, `${backend} decodes something else`);
  }
}

function checkEncoder(given: Case, role: 'server' | 'client', backend: Backend): void {
  const encoder = new Encoder({ role, backend });
  const frames: Uint8Array[] = [];
  const add = (frame: Uint8Array | Uint8Array[]) => {
    frames.push(...(Array.isArray(frame) ? frame : [frame]));
  };
  const sink: Sink = {
    text: (data, options) => add(encoder.text(data, options)),
    binary: (data, options) => add(encoder.binary(data, options)),
    ping: (data) => add(encoder.ping(data)),
    pong: (data) => add(encoder.pong(data)),
    close: (code, reason) => add(encoder.close(code, reason)),
    fragments: (data, size) => add(encoder.fragments(data, size)),
  };
  const choices = new Choices(given);
  const expected: Event[] = [];
  for (let at = 0, i = 0; at < given.bytes.length && i < 20; i++) {
    const { event, used } = send(sink, choices, given.bytes.subarray(at));
    expected.push(event);
    at += used;
  }
  sink.close(4000, 'bye');
  expected.push(['close', 4000, 'bye']);
  expectDecoded(join(...frames), given, role === 'server' ? 'client' : 'server', expected);
}

function checkBatches(given: Case, role: 'server' | 'client', backend: Backend): void {
  const choices = new Choices(given);
  const ends = [0, 1].map(() => ({
    writer: new BatchWriter({ role, backend }),
    segments: [] as Uint8Array[],
    expected: [] as Event[],
  }));
  const message = prepare(text.decode(given.bytes.subarray(0, 50)));
  for (let at = 0, i = 0; at < given.bytes.length && i < 20; i++) {
    const end = ends[choices.byte() & 1];
    const { event, used } = send(end.writer, choices, given.bytes.subarray(at));
    end.expected.push(event);
    if (choices.once(4)) {
      for (const { writer, expected } of ends) {
        writer.prepared(message);
        expected.push(['text', text.decode(message.payload)]);
      }
    }
    if (choices.once(3)) end.segments.push(...end.writer.take().map((one) => one.slice()));
    at += used;
  }
  for (const { writer, segments, expected } of ends) {
    segments.push(...writer.take());
    expectDecoded(join(...segments), given, role === 'server' ? 'client' : 'server', expected);
  }
}

export const roundtrip: Target = {
  name: 'roundtrip',
  generate(random: Random): Case {
    const isText = random.chance(0.5);
    const length = random.below(random.pick([10, 300, 20_000]));
    const word = random.pick(['a', '안녕 ', 'é😀', 'plain ']);
    const bytes = isText ? new TextEncoder().encode(word.repeat(length / 4)) : random.bytes(length);
    return { ...anyhow(bytes, random), choices: [...random.bytes(60)] };
  },
  check(given: Case): void {
    const choices = new Choices(given);
    const role = choices.pick(['client', 'server'] as const);
    const backend = choices.pick(['wasm', 'js'] as const);
    checkEncoder(given, role, backend);
    checkBatches(given, role, backend);
  },
};
