// A real Chromium, headless and kept to this machine.

import { spawnSync } from 'node:child_process';

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--virtual-time-budget=3000'],
];

/** Runs it once; returns what it printed. */
export function chromium(args: readonly string[]): string {
  const { stdout, error, status } = spawnSync('chromium', [...FLAGS, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`chromium ended with ${status}`);
  return stdout;
}
