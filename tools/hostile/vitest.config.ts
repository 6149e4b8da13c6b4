// The attacks, against live servers, one after another.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tools/hostile/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 30_000,
    maxWorkers: 1,
    // One attack at a time, and its figures by themselves.
    fileParallelism: false,
    sequence: { concurrent: false },
  },
});
