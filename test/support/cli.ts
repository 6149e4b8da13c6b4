// `wsimd inspect` as a process, and the memory it took.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/bench/cli.js', import.meta.url));

/** The program with everything on its standard input. */
export function inspectInput(input: Uint8Array | string, ...args: string[]) {
  return spawnSync(process.execPath, [CLI, 'inspect', ...args], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
}

/** Runs in the process before the program: reports the most memory it had, in KiB, as its last line of errors. */
const REPORT = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write('maxRSS ' + process.resourceUsage().maxRSS + '\\n'));",
)}`;

/** The same for input that is made while it is read. `memory` is the most the process had, in bytes. */
export async function inspectStream(parts: Iterable<Uint8Array>, ...args: string[]) {
  const child = spawn(process.execPath, ['--import', REPORT, CLI, 'inspect', ...args]);
  let [stdout, stderr, length] = ['', '', 0];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    // Its beginning and its end are enough for who looks into it.
    stdout += text;
    if (stdout.length > 1 << 24) stdout = stdout.slice(0, 1 << 20) + stdout.slice(-(1 << 20));
    length += text.length;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  await pipeline(Readable.from(parts), child.stdin).catch((error) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const [status, signal] = await closed;
  const memory = 1024 * Number(/maxRSS (\d+)\n$/.exec(stderr)?.[1]);
  return { status, signal, stdout, length, stderr: stderr.replace(/maxRSS \d+\n$/, ''), memory };
}
