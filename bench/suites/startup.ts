// startup: what a process pays before the first message, and a connection while it is idle. Each
// measurement is a process of its own.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row } from '../report.ts';
import { median, quantile } from '../stats.ts';

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

/** Runs the probe `processes` times for each backend. */
export function runStartup(processes: number, onRows: (rows: Row[]) => void): void {
  for (const backend of ['wasm', 'js']) {
    const results = Array.from({ length: processes }, () => {
      const env = { ...process.env, WSIMD_BACKEND: backend };
      const printed = execFileSync(process.execPath, ['--expose-gc', PROBE], {
        env,
        encoding: 'utf8',
      });
      return JSON.parse(printed) as ProbeResult;
    });
    const names = Object.keys(UNITS) as (keyof ProbeResult)[];
    onRows(
      names.map((name) => {
        const rounds = results.map((result) => result[name]);
        return {
          ...{ suite: 'startup', case: name, role: '' as const, bytes: 0, chunks: '' },
          ...{ impl: backend === 'js' ? 'wsimd-js' : 'wsimd', unit: UNITS[name] },
          ...{ median: median(rounds), p99: quantile(rounds, 0.99), rounds },
        };
      }),
    );
  }
}
