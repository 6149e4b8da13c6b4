// The three decoders that are measured, behind one interface.

import { Decoder } from 'wsimd';

/** Decodes a chunk, and may modify it. `onMessage` gets each payload. */
export type Decode = (chunk: Uint8Array) => void;
export type OnMessage = (payload: Uint8Array) => void;

export const NAMES = ['wasm', 'js', 'naive'] as const;
export type Name = (typeof NAMES)[number];

/** Throws if the decoder is not available, for example if WebAssembly is disabled. */
export function createDecoder(name: Name, onMessage: OnMessage): Decode {
  if (name === 'naive') return naive(onMessage);
  const decoder = new Decoder({ role: 'server', backend: name }, { message: onMessage });
  return (chunk) => {
    decoder.write(chunk);
  };
}

/** A naive loop: whole frames only, unmasked byte by byte. */
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
