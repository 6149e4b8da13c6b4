// `node --import wsimd/register server.js`: accelerates the ws of a program that is left as it is.
//
// The ws that the program's folder resolves to is accelerated before the program runs, which serves `import`
// and `require` alike; every other copy that is loaded with `require` when it is.

import { realpathSync, statSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { accelerate } from './accelerate.ts';

type Load = (request: string, ...rest: unknown[]) => unknown;

/** Accelerates what is a ws; says so on standard error where it is one that cannot be. */
function tryToAccelerate<W>(ws: W): W {
  try {
    return accelerate(ws);
  } catch (error) {
    process.emitWarning((error as Error).message, { code: 'WSIMD_NOT_ACCELERATED' });
    return ws;
  }
}

const loader = Module as unknown as { _load: Load };
const { _load: load } = loader;
const seen = new WeakSet<object>();

loader._load = function loadAndAccelerate(this: unknown, request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request !== 'ws' || typeof loaded !== 'function' || seen.has(loaded)) return loaded;
  seen.add(loaded);
  return tryToAccelerate(loaded);
};

/** The file of the program: a folder stands for its index, a link for what it leads to. */
function programFile(): string {
  const path = resolve(process.argv[1] ?? 'index.js');
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? join(real, 'index.js') : real;
  } catch {
    return path;
  }
}

try {
  createRequire(programFile())('ws');
} catch (error) {
  if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
}
