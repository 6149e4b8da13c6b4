// Stryker's configuration.

export default {
  plugins: ['./tools/mutation/runner.mjs'],
  testRunner: 'suites',
  mutate: ['src/{protocol,kernel,codec}/*.ts', '!**/*.gen.ts', '!**/*.d.ts', '!**/module-edge.ts'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // What runs for ever is told by counting; the clock is for what counting does not see.
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 60,
  tempDirName: 'build/stryker',
  ignorePatterns: ['*', '!src/**', '!test/**', '!package.json', 'test/*/node_modules'],
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: 'build/mutation/report.json' },
  htmlReporter: { fileName: 'build/mutation/report.html' },
};
