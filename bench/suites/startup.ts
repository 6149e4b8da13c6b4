// startup: what a process pays before the first message, and a connection while it is idle. Each
// measurement is a process of its own.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { evaluate } from '../report.ts';
import type { Suite } from './suite.ts';

const PROBE = fileURLToPath(new URL('./startup-probe.js', import.meta.url));

/** What the probe prints. */
export interface ProbeResult {
  /** Milliseconds. */
  import: number;
  /** Milliseconds from the first call to the first message: choosing a kernel, compiling, decoding. */
  firstMessage: number;
  /** Bytes of heap and of other memory a decoder holds between messages. */
  idleBytes: number;
}

const UNITS = { import: 'ms', firstMessage: 'ms', idleBytes: 'bytes' } as const;

function probe(backend: 'wasm' | 'js'): Promise<ProbeResult> {
  const env = { ...process.env, WSIMD_BACKEND: backend };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--expose-gc', PROBE], { env }, (error, printed) => {
      if (error) reject(error);
      else resolve(JSON.parse(printed) as ProbeResult);
    });
  });
}

export const startup: Suite = {
  what: 'import, first message, and an idle decoder',
  steps: () => 1,
  async *run({ rounds }) {
    const results: Record<'wasm' | 'js', ProbeResult[]> = { wasm: [], js: [] };
    for (let round = 0; round < rounds * 2 + 1; round++) {
      for (const backend of ['wasm', 'js'] as const) results[backend].push(await probe(backend));
    }
    for (const [name, unit] of Object.entries(UNITS)) {
      const subject = { suite: 'startup', case: name, role: '', bytes: 0, chunks: '' } as const;
      const taken = (['wasm', 'js'] as const).map((backend) => ({
        impl: backend === 'js' ? 'wsimd-js' : 'wsimd',
        rounds: results[backend].map((result) => result[name as keyof ProbeResult]),
      }));
      yield evaluate(subject, unit, taken);
    }
  },
};
