// What is measured: three decoders of a client's frames behind one shape.

import { Decoder } from 'wsimd';

/** Decodes a chunk, and may write to it; `onMessage` gets every payload. */
export type Decode = (chunk: Uint8Array) => void;
export type OnMessage = (payload: Uint8Array) => void;

export const NAMES = ['wasm', 'js', 'naive'] as const;
export type Name = (typeof NAMES)[number];

/** Throws where it cannot be had, as WebAssembly where it is forbidden. */
export function createDecoder(name: Name, onMessage: OnMessage): Decode {
  if (name === 'naive') return naive(onMessage);
  const decoder = new Decoder({ role: 'server', backend: name }, { message: onMessage });
  return (chunk) => {
    decoder.write(chunk);
  };
}

/** The loop anybody would write first: whole frames, one byte after the other. */
function naive(onMessage: OnMessage): Decode {
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      let length = chunk[at + 1] & 0x7f;
      at += 2;
      if (length === 126) {
        length = (chunk[at] << 8) | chunk[at + 1];
        at += 2;
      } else if (length === 127) {
        length = chunk[at + 5] * 2 ** 16 + chunk[at + 6] * 2 ** 8 + chunk[at + 7];
        at += 8;
      }
      const key = at;
      at += 4;
      for (let i = 0; i < length; i++) chunk[at + i] ^= chunk[key + (i & 3)];
      onMessage(chunk.subarray(at, at + length));
      at += length;
    }
  };
}
