import { defineConfig } from 'vitest/config';

// One after another: some of them say what a second of work costs.
export default defineConfig({
  test: {
    include: ['examples/*/*.test.js'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
