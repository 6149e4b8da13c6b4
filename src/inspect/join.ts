// Several pieces of bytes as one.

import { concat } from '../kernel/platform.ts';

/** Copies the bytes into memory of their own; returns a single piece as is. A Uint8Array on every platform. */
export function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return new Uint8Array(concat(pieces, length).buffer, 0, length);
}
