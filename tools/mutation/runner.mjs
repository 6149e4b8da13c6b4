// Stryker's test runner of this repository. To it, a test is one file on one kernel and platform.

import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner';
import { compile, run } from './suites.mjs';

const words = (text) => text.trim().split(/\s+/);

const KERNEL = words(`
  entry/backend kernel/probe kernel/text-group kernel/platform kernel/roads kernel/js-scan kernel/js-mask
  kernel/mask faults/selection codec/functions codec/vectors kernel/utf8
`);
/** Quick ones first: most mutants do not outlive them. */
const ALL = words(`
  protocol/errors protocol/control-payload codec/header codec/counts codec/message-buffer codec/parts
  codec/settings codec/flow codec/between-messages codec/handing-over codec/handlers codec/endurance faults/faults faults/delivery codec/ownership
  codec/options codec/segments codec/encoder codec/long-payloads codec/partial faults/isolation ${KERNEL.join(' ')}
`);
/** The first two have every kernel and every platform between them. */
const PLACES = [
  { backend: 'wasm', platform: 'node', suites: ALL },
  { backend: 'js', platform: 'web', suites: ALL },
  { backend: 'wasm', platform: 'web', suites: KERNEL, isOfKernel: true },
  { backend: 'js', platform: 'node', suites: KERNEL, isOfKernel: true },
];

const TESTS = PLACES.flatMap((place) =>
  place.suites.map((name) => ({
    id: `${name} (${place.backend}, ${place.platform})`,
    path: `test/${name}.test`,
    place,
  })),
);

/** How often more than without it may code run under a mutant, before it is taken to run for ever. */
const PATIENCE = 10;
/** The same as Stryker means it. */
const STRYKERS_PATIENCE = 100;

/** What Stryker's instrumented code reads and writes. */
const instrumented = (globalThis.__stryker__ ??= {});

class SuiteRunner {
  capabilities() {
    // Every run evaluates everything anew.
    return { reloadEnvironment: true };
  }

  async init() {
    // The same random tests for every mutant.
    process.env.WSIMD_SEED = '1';
    this.compiled = await compile(ALL.map((name) => `test/${name}.test.ts`));
  }

  async dryRun() {
    const { hits } = this.compiled;
    const tests = [];
    const perTest = {};
    for (const { id, path, place } of TESTS) {
      const begin = performance.now();
      hits.fill(0);
      const failureMessage = await run(this.compiled, path, place);
      const status = failureMessage === null ? TestStatus.Success : TestStatus.Failed;
      const timeSpentMs = performance.now() - begin;
      perTest[id] = Object.fromEntries([...hits.entries()].filter(([, count]) => count > 0));
      tests.push({ id, name: id, fileName: `${path}.ts`, timeSpentMs, status, failureMessage });
    }
    return {
      status: DryRunStatus.Complete,
      tests,
      mutantCoverage: { static: {}, perTest },
    };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    instrumented.activeMutant = activeMutant.id;
    instrumented.hitCount = 0;
    instrumented.hitLimit = hitLimit && (hitLimit / STRYKERS_PATIENCE) * PATIENCE;
    let nrOfTests = 0;
    const isInKernel = activeMutant.fileName.includes('/src/kernel/');
    for (const { id, path, place } of TESTS) {
      // Another pair of kernel and platform is nothing new to the codec.
      if (place.isOfKernel && !isInKernel) continue;
      if (testFilter !== undefined && !testFilter.includes(id)) continue;
      nrOfTests++;
      const failureMessage = await run(this.compiled, path, place);
      if (instrumented.hitCount > instrumented.hitLimit) return { status: MutantRunStatus.Timeout };
      if (failureMessage !== null) {
        return { status: MutantRunStatus.Killed, killedBy: [id], failureMessage, nrOfTests };
      }
    }
    return { status: MutantRunStatus.Survived, nrOfTests };
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'suites', SuiteRunner)];
