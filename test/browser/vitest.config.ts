import { defineConfig } from 'vitest/config';
import { puppeteer } from './provider.ts';

// What drives a browser from outside, and the codec's own suites inside Chromium and Firefox, on each kernel.

const timeouts = { testTimeout: 90_000, hookTimeout: 90_000 };

const browsers = ['chromium', 'firefox'] as const;
const backends = ['wasm', 'js'] as const;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'outside', include: ['test/browser/*.test.ts'], ...timeouts } },
      ...backends.flatMap((backend) => ({
        test: {
          name: backend,
          include: ['test/browser/suites/*.test.ts', 'test/{kernel,codec}/*.test.ts'],
          setupFiles: ['test/browser/suites/backend.ts'],
          ...timeouts,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: puppeteer(),
            instances: browsers.map((browser) => ({
              browser,
              name: `${backend}, ${browser}`,
              provide: { backend, browser },
            })),
          },
        },
      })),
    ],
  },
});

declare module 'vitest' {
  interface ProvidedContext {
    backend: 'wasm' | 'js';
    browser: 'chromium' | 'firefox';
  }
}
