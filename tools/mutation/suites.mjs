// Vitest's suites in one process, again and again: each run evaluates tests and sources anew, which takes
// milliseconds where a worker of Vitest's own takes a second. What Vitest's worker does besides, suites of
// protocol, kernel and codec do not need.

import { Script } from 'node:vm';
import { startTests } from '@vitest/runner';
import { build } from 'rolldown';
import { vitestFor } from './vitest.mjs';

/** Stryker's way to count how often the place of a mutant is passed: a call that names mutants by number. */
const COUNTED = /stryCov_[\w$]+\(("[^)]*)\)/g;

/**
 * Compiles files, and all they import, to CommonJS: one script a file, by its path without extension. Where
 * Stryker would count, they increment `hits`, which costs little: code that is instrumented is slow enough.
 */
export async function compile(files) {
  const { output } = await build({
    input: files,
    external: 'vitest',
    treeshake: false,
    write: false,
    logLevel: 'warn',
    output: { format: 'cjs', preserveModules: true, entryFileNames: '[name]' },
  });
  let mutants = 0;
  const scripts = new Map();
  for (const { fileName, code } of output) {
    const counting = code.replaceAll(COUNTED, (_, list) => {
      const ids = JSON.parse(`[${list}]`).map(Number);
      mutants = Math.max(mutants, ...ids.map((id) => id + 1));
      return `(${ids.map((id) => `hits[${id}]++`)})`;
    });
    const wrapped = `(function (exports, require, hits) {${counting}\n})`;
    scripts.set(fileName, new Script(wrapped, { filename: fileName }));
  }
  return { scripts, hits: new Float64Array(mutants) };
}

/** Evaluates compiled files, each once. */
class Modules {
  constructor({ scripts, hits }) {
    this.scripts = scripts;
    this.hits = hits;
    this.loaded = new Map();
    this.vitest = vitestFor(() => this.loaded.clear());
  }

  load(path) {
    const known = this.loaded.get(path);
    if (known !== undefined) return known;
    const exports = {};
    this.loaded.set(path, exports);
    const base = new URL(path, 'file:///');
    const require = (target) =>
      target === 'vitest' ? this.vitest : this.load(new URL(target, base).pathname.slice(1));
    this.scripts.get(path).runInThisContext()(exports, require, this.hits);
    return exports;
  }
}

/** Tests that take long, and find hardly anything that others do not. */
const SLOW = new RegExp(
  [
    '64 KiB of binary in one',
    'frames of (65531|65535|65536|70000|200000) bytes are',
    'is at most eight times what was received',
    'empty fragments hold nothing',
    'at most a small multiple of what came',
    'hands pieces over as they arrive, as (copy|borrowed|string)',
    'at offset (13|14|16|17|29|30|33|61|62|64|65|127|128) of ASCII text',
    'random cuts',
    'interleaved connections see',
    'for the stack: whoever recurses',
  ].join('|'),
);

/** What Vitest's runner asks for. It stops at the first test that fails. */
class Runner {
  failure = null;
  config = {
    root: process.cwd(),
    setupFiles: [],
    sequence: { hooks: 'stack', setupFiles: 'list' },
    maxConcurrency: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    retry: 0,
    allowOnly: true,
    tags: [],
  };

  constructor(modules) {
    this.importFile = (path) => modules.load(path);
  }

  onBeforeRunTask(test) {
    if (this.failure !== null || SLOW.test(test.fullTestName)) test.mode = 'skip';
  }

  onAfterRunTask({ fullTestName, result }) {
    if (result?.state === 'fail') this.failure ??= `${fullTestName}: ${result.errors?.[0].message}`;
  }
}

let current = null;
// What a mutant throws where nobody waits for it would end the process.
for (const kind of ['uncaughtException', 'unhandledRejection']) {
  process.on(kind, (error) => {
    if (current === null) throw error;
    current.failure ??= `${kind}: ${error}`;
  });
}

/** Runs the tests of a file until one fails. Returns what it failed with, or null. */
export async function run(compiled, path, { backend, platform }) {
  const { getBuiltinModule } = process;
  process.env.WSIMD_BACKEND = backend;
  process.env.WSIMD_TEST_PLATFORM = platform;
  // As test/support/without-platform.ts.
  if (platform === 'web') process.getBuiltinModule = () => undefined;
  try {
    const runner = new Runner(new Modules(compiled));
    current = runner;
    const [{ result }] = await startTests([path], runner);
    return runner.failure ?? result?.errors?.[0].message ?? null;
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
}
