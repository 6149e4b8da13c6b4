// What thousands of decoders and encoders cost that have worked: the kernel's memory is there once, whatever their number.

import { expect, it } from 'vitest';
import { programPath, run } from './support/run.ts';

/** Bytes of an encoder and a decoder between two messages: about 1 KiB. */
const MOST = 2048;

it.concurrent.each(['wasm', 'js'])('two thousand pairs on %s', async (backend) => {
  const command = [process.execPath, '--expose-gc', programPath('instances')];
  const env = { WSIMD_BACKEND: backend };
  const { end, printed } = await run<{ each: number }>(command, env);
  expect([end, printed]).toMatchObject([0, { backend, right: 6000 }]);
  expect(printed.each).toBeLessThan(MOST);
  // A measure that cannot see them would see nothing.
  expect(printed.each).toBeGreaterThan(200);
});
