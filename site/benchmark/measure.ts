// Measures all decoders at one size in interleaved rounds, after verifying their messages.

import { Encoder } from 'wsimd';
import { createDecoder, type Decode, NAMES, type Name } from './decoders.ts';

export const SIZES = [16, 125, 1024, 4096, 16_384, 65_536, 1_048_576];
/** Bytes per chunk, unless one message is longer. */
const CHUNK = 65_536;
const ROUNDS = 9;
/** Minimum milliseconds per decoder and round. */
const TIME = 25;

export interface Result {
  size: number;
  /** Median payload throughput in MB/s; undefined if the decoder is not available. */
  throughput: Partial<Record<Name, number>>;
}

interface Contender {
  name: Name;
  decode: Decode;
  /** MB/s in each round. */
  rounds: number[];
}

/** Throws if a decoder's messages differ from the encoded ones. */
export function measureSize(size: number): Result {
  const { chunk, payload, messages } = encoded(size);
  const contenders = NAMES.flatMap((name): Contender[] => {
    const decode = decoderOf(name);
    if (decode === undefined) return [];
    assertCorrect(name, chunk, payload, messages);
    return [{ name, decode, rounds: [] }];
  });
  for (let round = -1; round < ROUNDS; round++) {
    for (const { decode, rounds } of shuffled(contenders)) {
      const speed = speedOf(decode, chunk, messages * size);
      if (round >= 0) rounds.push(speed);
    }
  }
  return {
    size,
    throughput: Object.fromEntries(contenders.map(({ name, rounds }) => [name, median(rounds)])),
  };
}

/** A chunk of masked binary messages. Whole frames only, because the byte loop supports no others. */
function encoded(size: number) {
  const encoder = new Encoder({ role: 'client' });
  const payload = Uint8Array.from({ length: size }, (_, i) => (i * 131 + 7) & 255);
  const count = Math.max(1, Math.floor(CHUNK / (size + 14)));
  const frames = Array.from({ length: count }, () => encoder.binary(payload));
  const chunk = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    chunk.set(frame, at);
    at += frame.length;
  }
  return { chunk, payload, messages: count };
}

function decoderOf(name: Name): Decode | undefined {
  try {
    return createDecoder(name, () => {});
  } catch {
    return undefined;
  }
}

function assertCorrect(
  name: Name,
  chunk: Uint8Array,
  expected: Uint8Array,
  messages: number,
): void {
  let count = 0;
  const decode = createDecoder(name, (payload) => {
    const isCorrect =
      payload.length === expected.length && payload.every((b, i) => b === expected[i]);
    if (!isCorrect) throw new Error(`${name} decoded a message incorrectly`);
    count++;
  });
  decode(chunk.slice());
  if (count !== messages)
    throw new Error(`${name} decoded ${count} messages, expected ${messages}`);
}

/**
 * Throughput in MB/s. Decoding the same chunk again toggles its masking, which is the same work. Repeats until the
 * run is long enough for a browser's coarse clock.
 */
function speedOf(decode: Decode, chunk: Uint8Array, bytes: number): number {
  for (let times = 16; ; times *= 4) {
    const started = performance.now();
    for (let i = 0; i < times; i++) decode(chunk);
    const spent = performance.now() - started;
    if (spent >= TIME) return (times * bytes) / spent / 1000;
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
