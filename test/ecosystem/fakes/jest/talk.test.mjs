// Run by Jest itself: see fakes.test.ts.

import { createRequire } from 'node:module';
import { beforeEach, expect, jest, test } from '@jest/globals';

const talk = createRequire(import.meta.url)('../talk.cjs');
const library = await import(process.env.LIBRARY);

beforeEach(() => {
  jest.useFakeTimers();
});

test('talks under fake timers', async () => {
  expect(await talk(library)).toEqual(talk.EXPECTED);
});
