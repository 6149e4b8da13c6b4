// Random streams of frames: valid ones with everything the protocol has, and mutations of them.

import { frame, join, utf8 } from './bytes.ts';
import type { Random } from './random.ts';

const LENGTHS = [
  0, 1, 2, 5, 16, 60, 124, 125, 126, 127, 190, 200, 300, 1020, 4000, 16_370, 16_400, 65_535, 65_536,
];
const WORDS = [
  'a',
  'The quick brown fox ',
  '안녕하세요 ',
  'é',
  '😀',
  '\u0000',
  '가나다라마바사아자차카타파하',
  '\ufeff',
];

function text(length: number, random: Random): Uint8Array<ArrayBuffer> {
  let words = '';
  const isAscii = random.chance(0.5);
  while (words.length < length) words += isAscii ? 'plain text, ' : random.pick(WORDS);
  const bytes = utf8(words).slice(0, length);
  let end = bytes.length;
  // Not to end inside a character.
  if (!isAscii) {
    while (end > 0 && bytes[end - 1] >> 6 === 2) end--;
    if (end > 0 && bytes[end - 1] >= 0xc0) end--;
  }
  return bytes.slice(0, end);
}

/** Frames of several messages, control frames among them, perhaps a close frame, perhaps cut off. */
export function randomStream(role: 'server' | 'client', random: Random): Uint8Array<ArrayBuffer> {
  const key = () => (role === 'server' ? (random.chance(0.1) ? [0, 0, 0, 0] : random.key()) : null);
  const frames: Uint8Array[] = [];
  const control = () => {
    const opcode = random.pick([9, 10]);
    frames.push(
      frame({ opcode, payload: random.bytes(random.below(random.pick([1, 126]))), key: key() }),
    );
  };
  const smallOnly = random.chance(0.6);
  const count = 1 + random.below(smallOnly ? random.pick([5, 60, 400]) : 8);
  for (let i = 0; i < count; i++) {
    const length = smallOnly ? random.below(150) : random.pick(LENGTHS);
    const opcode = random.pick([1, 1, 2]);
    const payload = opcode === 1 ? text(length, random) : random.bytes(length);
    if (random.chance(0.8)) frames.push(frame({ opcode, payload, key: key() }));
    else {
      const pieces = 1 + random.below(6);
      let at = 0;
      for (let piece = 0; piece < pieces; piece++) {
        const end =
          piece === pieces - 1 ? payload.length : at + random.below(payload.length - at + 1);
        const part = { fin: piece === pieces - 1, payload: payload.slice(at, end), key: key() };
        frames.push(frame({ opcode: piece === 0 ? opcode : 0, ...part }));
        if (random.chance(0.3)) control();
        at = end;
      }
    }
    if (random.chance(0.1)) control();
  }
  if (random.chance(0.1)) {
    const reason = join(new Uint8Array([0x03, 0xe8]), text(random.below(40), random));
    frames.push(
      frame({ opcode: 8, payload: random.chance(0.5) ? reason : new Uint8Array(0), key: key() }),
    );
  }
  const stream = join(...frames);
  return random.chance(0.2) ? stream.slice(0, random.below(stream.length + 1)) : stream;
}

/** A few bytes changed, put in or left out. */
export function mutate(stream: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const bytes = [...stream];
  for (let i = 1 + random.below(3); i > 0; i--) {
    const at = random.below(bytes.length + 1);
    const byte = random.chance(0.5)
      ? random.below(256)
      : random.pick([0x80, 0xff, 0xc1, 0x7f, 0xfe, 0xed]);
    const kind = random.below(4);
    if (kind === 0) bytes.splice(at, 1);
    else if (kind === 1) bytes.splice(at, 0, byte);
    else if (kind === 2) bytes[at] = byte;
    else bytes[at] ^= 1 << random.below(8);
  }
  return new Uint8Array(bytes);
}
