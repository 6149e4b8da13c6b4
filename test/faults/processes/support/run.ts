// A program of programs/ in a process of its own, which prints JSON in its last line.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const programPath = (name: string): string =>
  fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url));

export interface Outcome<T> {
  /** How it ended: its status, or the signal that killed it. */
  end: number | string;
  printed: T;
  stderr: string;
}

/** `command`: what runs the program, `node` unless said. Waits for its end, or kills it. */
export async function run<T>(
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome<T>> {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    env: { ...process.env, NODE_OPTIONS: '', WSIMD_BACKEND: '', ...env },
    timeout: 45_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const end = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(signal ?? (status as number)));
  });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (last === '') throw new Error(`it printed nothing and ended with ${end}: ${stderr}`);
  return { end, printed: JSON.parse(last) as T, stderr };
}
