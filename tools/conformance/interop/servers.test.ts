// Our client against servers that others wrote.

import { describe, expect, it } from 'vitest';
import { backend } from 'wsimd';
import { expectedFullTalk, talk } from './endpoints.ts';
import { startProgram } from './processes.ts';

it('the backend is the one that is meant', () => {
  expect(backend()).toBe(process.env['WSIMD_BACKEND']);
});

describe.each([true, false])('permessage-deflate: %s', (deflate) => {
  it.each(['websockets', 'autobahn'])("Python's %s", async (library) => {
    const server = await startProgram(`${library}_server.py`, deflate ? 'deflate' : '');
    try {
      expect(await talk(`ws://127.0.0.1:${server.port}/`, deflate)).toEqual(
        expectedFullTalk(deflate),
      );
    } finally {
      server.stop();
    }
  });
});
