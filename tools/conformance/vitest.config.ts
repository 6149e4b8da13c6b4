// The cases, whose subjects run in processes of their own; and conversations, in this one, on each kernel.

import { defineConfig } from 'vitest/config';

const timeouts = { testTimeout: 60_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'cases', ...timeouts, include: ['tools/conformance/*.test.ts'] } },
      ...(['wasm', 'js'] as const).map((backend) => ({
        test: {
          name: backend,
          ...timeouts,
          env: { WSIMD_BACKEND: backend },
          include: ['tools/conformance/interop/*.test.ts'],
        },
      })),
    ],
  },
});
