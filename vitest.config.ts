import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Every suite runs on each kernel, and again without Node's Buffer, as in a browser; test/entry/backend.test.ts
// proves which kernel ran. What does not depend on the kernel runs once.
const once = [
  ...[
    'module',
    'package',
    'differential',
    'repository',
    'bench',
    'inspect',
    'faults/processes',
  ].map((name) => `test/${name}/**`),
  'tools/soak/**',
];
/** Need Node's own modules. */
const ofNode = ['test/adapters/ws/**', 'test/streams/sockets.test.ts'];
/** Have configurations of their own. */
const elsewhere = ['ecosystem', 'loading', 'browser', 'capture'].map((name) => `test/${name}/**`);

const inspector = new URL('src/inspect/index.ts', import.meta.url);
const timeouts = { testTimeout: 60_000, hookTimeout: 180_000 };

function onKernel(backend: 'wasm' | 'js', platform: 'node' | 'web') {
  return {
    test: {
      name: `${backend}, ${platform}`,
      ...timeouts,
      env: { WSIMD_BACKEND: backend, WSIMD_TEST_PLATFORM: platform },
      setupFiles: platform === 'web' ? ['test/support/without-platform.ts'] : [],
      include: ['test/**/*.test.ts'],
      exclude: [...once, ...elsewhere, ...(platform === 'web' ? ofNode : [])],
    },
  };
}

/** `npm run coverage`. All projects together; each kernel must be there by itself. */
const enough = { lines: 95, branches: 95 };
const coverage = {
  include: ['src/**/*.ts'],
  // Made by the build, and for runtimes that make a module of an import.
  exclude: ['**/*.gen.ts', 'src/kernel/module-edge.ts'],
  reporter: ['text'],
  thresholds: { ...enough, 'src/kernel/wasm.ts': enough, 'src/kernel/js*.ts': enough },
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    coverage,
    projects: [
      onKernel('wasm', 'node'),
      onKernel('js', 'node'),
      onKernel('wasm', 'web'),
      onKernel('js', 'web'),
      { test: { name: 'once', ...timeouts, include: once.map((path) => `${path}/*.test.ts`) } },
      {
        // The command line's sources import the package by its name.
        resolve: { alias: { 'wsimd/inspect': fileURLToPath(inspector) } },
        test: { name: 'fuzz', ...timeouts, include: ['tools/fuzz/*.test.ts'] },
      },
      {
        resolve: { alias: { 'wsimd/inspect': fileURLToPath(inspector) } },
        test: {
          name: 'fuzz, web',
          ...timeouts,
          env: { WSIMD_TEST_PLATFORM: 'web' },
          setupFiles: ['test/support/without-platform.ts'],
          include: ['tools/fuzz/targets.test.ts'],
        },
      },
      {
        test: {
          name: 'inspect, web',
          ...timeouts,
          setupFiles: ['test/support/without-platform.ts'],
          include: ['test/inspect/*.test.ts'],
          exclude: ['test/inspect/cli*.test.ts'],
        },
      },
    ],
  },
});
