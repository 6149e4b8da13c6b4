// Fake timers from the test on.

import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { testTimeout: 10_000 } });
