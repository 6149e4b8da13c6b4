// Bun and Deno, from npm, run the package as it is.

import { afterAll, expect, it } from 'vitest';
import { decodedOn, Project } from './support/tools.ts';

const project = new Project('page.js');
afterAll(() => project.remove());

it.each([
  ['bun', ['run', 'program.js']],
  ['deno', ['run', '--allow-env', '--allow-read', 'program.js']],
  // Without a look at the environment.
  ['deno', ['run', '--no-prompt', 'program.js']],
])('%s %j', async (tool, args) => {
  const outcome = JSON.parse(await project.run(tool, ...args));
  expect(outcome).toEqual({ ...decodedOn('wasm'), runtime: tool });
});
