// UTF-8: both kernels, the platform's TextDecoder and the grammar say the same, whole and in pieces, and of what is
// wrong the same place.

import { isValidUTF8 } from '../../../src/index.ts';
import { selectKernel } from '../../../src/kernel/select.ts';
import { locateFault } from '../../../src/kernel/utf8.ts';
import { utf8 as encode } from '../../../test/support/bytes.ts';
import { judge } from '../../../test/support/naive-utf8.ts';
import type { Random } from '../../../test/support/random.ts';
import { anyhow, type Case, chunksOf, type Target } from '../engine/case.ts';
import { ensure, same } from '../engine/same.ts';

const MAX_BYTES = 20_000;
const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return fatal.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Piece by piece, as fragments come: where the text goes wrong, or what of a character is left. */
function inPieces(backend: 'wasm' | 'js', given: Case): { fault: number } | { pending: number } {
  const kernel = selectKernel(backend);
  let pending = 0;
  let pendingAt = 0;
  let at = 0;
  for (const chunk of chunksOf(given)) {
    const after = kernel.checkUtf8(chunk, 0, chunk.length, pending);
    if (after === -1) {
      const fault = locateFault(chunk, 0, chunk.length, pending);
      return { fault: fault < 0 ? pendingAt : at + fault };
    }
    const length = after === 0 ? 0 : after & 0xff00 ? 3 : after & 0xff0000 ? 2 : 1;
    if (length <= chunk.length) pendingAt = at + chunk.length - length;
    pending = after;
    at += chunk.length;
  }
  return { pending: pending === 0 ? -1 : pendingAt };
}

export const utf8: Target = {
  name: 'utf8',
  generate(random: Random): Case {
    const letters = ['a', 'é', '가', '😀', '\ufeff', '\u0000', '\uffff', '\u07ff', '\u0800', ' '];
    const some = Array.from({ length: 1 + random.below(4) }, () => random.pick(letters));
    const text = Array.from({ length: random.below(random.pick([8, 80, 800])) }, () =>
      random.pick(some),
    ).join('');
    return anyhow(random.chance(0.05) ? random.bytes(random.below(60)) : encode(text), random);
  },
  check(given: Case): void {
    const bytes = given.bytes.subarray(0, MAX_BYTES);
    const { kind, at } = judge(bytes);
    const isValid = kind === 'valid';
    const text = decoded(bytes);
    ensure((text !== undefined) === isValid, 'TextDecoder and the grammar differ');
    ensure(isValidUTF8(bytes) === isValid, `isValidUTF8 says ${!isValid}`);
    for (const backend of ['wasm', 'js'] as const) {
      const kernel = selectKernel(backend);
      ensure(kernel.isValidUtf8(bytes) === isValid, `${backend}: isValidUtf8 says ${!isValid}`);
      if (text !== undefined) {
        ensure(kernel.decodeUtf8(bytes) === text, `${backend}: decodeUtf8 gives another text`);
      }
      const verdict = kind === 'invalid' ? { fault: at } : { pending: isValid ? -1 : at };
      same(inPieces(backend, { ...given, bytes }), verdict, `${backend}, in pieces`);
    }
  },
};
