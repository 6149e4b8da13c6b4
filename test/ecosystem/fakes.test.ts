// Fake timers, of the real Jest and the real Vitest: a server and a client talk to the end though no clock moves.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Runs a tool in a folder of `fakes/`; returns what it printed, or why it failed. */
function run(where: string, tool: string, args: string[], library: string): string {
  const flags = ['--experimental-vm-modules', '--no-warnings', `${folder}node_modules/${tool}`];
  const { VITEST, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, ...args], {
    cwd: `${folder}fakes/${where}`,
    env: { ...env, LIBRARY: library, NO_COLOR: '1', FORCE_COLOR: undefined },
    encoding: 'utf8',
    timeout: 50_000,
  });
  return `${stdout}${stderr}exit code ${status}`;
}

describe.each(['ws', 'wsimd/ws'])('%s talks', (library) => {
  it.each([false, true])('under Jest’s fake timers (enableGlobally: %s)', (enableGlobally) => {
    const config = JSON.stringify({
      testMatch: ['**/*.test.mjs'],
      moduleFileExtensions: ['mjs', 'cjs', 'js', 'json'],
      transform: {},
      fakeTimers: { enableGlobally },
    });
    const said = run('jest', 'jest/bin/jest.js', ['--config', config, '--rootDir', '.'], library);
    expect(said).toMatch(/Tests: +1 passed/);
    expect(said).toContain('exit code 0');
  });

  it.each(['late', 'early'])('under Vitest’s fake timers (%s)', (config) => {
    const args = ['run', '--config', `${config}.config.mjs`];
    const said = run('vitest', 'vitest/vitest.mjs', args, library);
    expect(said).toMatch(/Tests +1 passed/);
    expect(said).toContain('exit code 0');
  });
});
