// A thread that sees when one case goes on for too long: it saves the case and ends the process, which cannot any more.

import { Worker } from 'node:worker_threads';
import { type Case, toVector } from './case.ts';

/** Milliseconds of CPU that one case may take: on a busy machine the clock says little. */
const PATIENCE = 20_000;
/** So many times as long may one wait for what never happens. */
const IDLE = 15;
/** Where in the shared memory what stands; the words are a count of cases and two lengths. */
const TEXT_AT = 16;
const BYTES_AT = 8192;
const MAX_BYTES = 1 << 20;

const PROGRAM = `
const { workerData: { shared, path, patience } } = require('node:worker_threads');
const head = new Int32Array(shared, 0, 3);
let last = -1;
let since = performance.now();
let used = process.cpuUsage();
setInterval(() => {
  if (head[0] !== last) {
    last = head[0];
    since = performance.now();
    used = process.cpuUsage();
    return;
  }
  const { user, system } = process.cpuUsage(used);
  if ((user + system) / 1000 < patience && performance.now() - since < ${IDLE} * patience) return;
  const text = Buffer.from(new Uint8Array(shared, ${TEXT_AT}, head[1]).slice()).toString();
  const hex = Buffer.from(new Uint8Array(shared, ${BYTES_AT}, head[2])).toString('hex');
  require('node:fs').writeFileSync(path, JSON.stringify({ ...JSON.parse(text), hex }, null, 2));
  require('node:fs').writeSync(2, 'a case does not come to an end: ' + path + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, patience / 10);
`;

const NOTHING = new Uint8Array(0);

export class Watchdog {
  target = '';
  private readonly shared = new SharedArrayBuffer(BYTES_AT + MAX_BYTES);
  private readonly head = new Int32Array(this.shared, 0, 3);
  private readonly text = new Uint8Array(this.shared, TEXT_AT, BYTES_AT - TEXT_AT);
  private readonly bytes = new Uint8Array(this.shared, BYTES_AT);
  private readonly worker: Worker;

  /** Saves to that path. */
  constructor(path: string, patience = PATIENCE) {
    this.worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { shared: this.shared, path, patience },
    });
    this.worker.unref();
  }

  /** This is checked next. */
  see(given: Case): void {
    const why = 'it does not come to an end';
    const { hex: _, ...rest } = toVector(this.target, 'hangs', why, { ...given, bytes: NOTHING });
    const text = new TextEncoder().encode(JSON.stringify(rest));
    this.text.set(text);
    this.bytes.set(given.bytes);
    this.head[1] = text.length;
    this.head[2] = given.bytes.length;
    this.head[0]++;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
