// Run by Vitest itself: see fakes.test.ts.

import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const talk = createRequire(import.meta.url)('../talk.cjs');
const library = await import(process.env.LIBRARY);

beforeEach(() => {
  const everything = {
    toFake: ['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance', 'queueMicrotask'],
  };
  vi.useFakeTimers(everything);
});
afterEach(() => {
  vi.useRealTimers();
});

test('talks under fake timers', async () => {
  expect(await talk(library)).toEqual(talk.EXPECTED);
});
