import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/ecosystem/*.test.ts'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
