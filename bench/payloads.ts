// What is measured: payloads of an exact size in bytes, and the streams of frames they make.

import { Encoder, type Role } from 'wsimd';

export type Case = 'binary' | 'ascii' | 'korean' | 'mixed';

export const CASES: readonly Case[] = ['binary', 'ascii', 'korean', 'mixed'];

const TEXTS: Record<Exclude<Case, 'binary'>, string> = {
  ascii: 'The quick brown fox jumps over the lazy dog, and 13 others follow. ',
  korean: '다람쥐 헌 쳇바퀴에 타고파. 오늘 회의는 세 시에 시작합니다, 늦지 마세요. ',
  mixed: '{"user":"김민준","text":"오늘 7시에 봐요 👋","room":"lobby","id":4711,"tags":["a","é"]} ',
};

/** A payload of exactly `bytes` bytes; text is cut between characters and filled with ASCII. */
export function payloadOf(kind: Case, bytes: number): Uint8Array {
  if (kind === 'binary') return Uint8Array.from({ length: bytes }, (_, i) => (i * 131 + 7) & 0xff);
  const letters = [...TEXTS[kind]];
  const encoder = new TextEncoder();
  const payload = new Uint8Array(bytes).fill(0x2e);
  let at = 0;
  for (let i = 0; ; i = (i + 1) % letters.length) {
    const letter = encoder.encode(letters[i]);
    if (at + letter.length > bytes) return payload;
    payload.set(letter, at);
    at += letter.length;
  }
}

/** How a stream reaches the receiver: in chunks of so many bytes, or one frame a chunk. */
export type Chunking = number | 'frame';

export interface Stream {
  chunks: Uint8Array[];
  messages: number;
  payload: Uint8Array;
}

/** `messages` frames of one payload, as the peer of `role` sends them. */
export function streamOf(
  role: Role,
  kind: Case,
  payload: Uint8Array,
  messages: number,
  chunking: Chunking,
): Stream {
  const encoder = new Encoder({ role: role === 'server' ? 'client' : 'server' });
  const frames = Array.from({ length: messages }, () =>
    kind === 'binary' ? encoder.binary(payload) : encoder.text(payload),
  );
  const chunks = chunking === 'frame' ? frames : cut(Buffer.concat(frames), chunking);
  return { chunks: chunks.map((chunk) => copy(chunk)), messages, payload };
}

function cut(stream: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
  return chunks;
}

/** A Buffer with memory of its own, as a socket makes one for each read. */
export function copy(bytes: Uint8Array): Buffer {
  const chunk = Buffer.allocUnsafeSlow(bytes.length);
  chunk.set(bytes);
  return chunk;
}
