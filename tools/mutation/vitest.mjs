// What suites import from Vitest: its own runner, expect and spies, without a worker around them.

import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from '@vitest/runner';
import { fn, restoreAllMocks, spyOn } from '@vitest/spy';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
// Nobody reads what differs, and of long arrays it takes seconds to tell.
chai.config.showDiff = false;

const expect = Object.assign(
  (value, message) => chai.expect(value, message),
  chai.expect,
  globalThis[ASYMMETRIC_MATCHERS_OBJECT],
);
globalThis[GLOBAL_EXPECT] = expect;
setState({}, expect);

const stubbed = new Map();

function stubEnv(name, value) {
  if (!stubbed.has(name)) stubbed.set(name, process.env[name]);
  process.env[name] = value;
}

function unstubAllEnvs() {
  for (const [name, value] of stubbed) process.env[name] = value;
  stubbed.clear();
}

/** Vitest for one run. `resetModules` is to let the next import evaluate everything anew. */
export function vitestFor(resetModules) {
  const vi = { fn, spyOn, restoreAllMocks, stubEnv, unstubAllEnvs, resetModules };
  return { afterAll, afterEach, beforeAll, beforeEach, describe, it, expect, vi };
}
