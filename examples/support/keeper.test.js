// Restarting child processes.

import { spawn } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { Keeper } from './keeper.js';
import { until } from './programs.js';

it('retries a failed restart', async () => {
  const keeper = new Keeper();
  onTestFinished(() => keeper.stop());
  const children = [];
  let attempts = 0;
  await keeper.keep('A program', async () => {
    attempts++;
    if (attempts === 2) throw new Error('not yet');
    const program = attempts === 3 ? '/nowhere/at/all' : process.execPath;
    const child = spawn(program, ['-e', 'setInterval(() => {}, 1000)']);
    children.push(child);
    return child;
  });
  children[0].kill('SIGKILL');
  await until(() => attempts === 4 && children.at(-1).pid !== undefined, 'a new process');
  await keeper.stop();
  expect(children.at(-1).signalCode).toBe('SIGTERM');
});

it('rejects with ENOENT if the first start fails', async () => {
  await expect(new Keeper().keep('Nothing', () => spawn('/nowhere/at/all'))).rejects.toThrow(
    'ENOENT',
  );
});
