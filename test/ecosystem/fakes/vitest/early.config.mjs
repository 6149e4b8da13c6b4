// Fake timers before the library is loaded.

import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { testTimeout: 10_000, setupFiles: ['setup.mjs'] } });
