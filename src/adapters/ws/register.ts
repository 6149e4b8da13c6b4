// `node --import wsimd/register server.js`, or `-r`: accelerates the ws of a program that is left as it is.
//
// The ws that the program's folder resolves to is accelerated before the program runs, which serves `import`
// and `require` alike; every other copy that is loaded with `require` when it is. The program runs whatever
// happens here: a ws that is not accelerated gets a warning.

import { realpathSync, statSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { accelerate } from './accelerate.ts';

type Load = (request: string, ...rest: unknown[]) => unknown;

function warn(message: string): void {
  process.emitWarning(message, { code: 'WSIMD_NOT_ACCELERATED' });
}

/** Accelerates a ws; warns where it cannot be. */
function tryToAccelerate<W>(ws: W): W {
  try {
    return accelerate(ws);
  } catch (error) {
    warn((error as Error).message);
    return ws;
  }
}

const loader = Module as unknown as { _load: Load };
const { _load: load } = loader;
const seen = new WeakSet<object>();

loader._load = function loadAndAccelerate(this: unknown, request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  // An object where ws is an ES module.
  if (request !== 'ws' || !isObject(loaded) || seen.has(loaded)) return loaded;
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

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Whether an error of `require.resolve` says that there is no ws, and not that there is a broken one. */
function isMissing(error: unknown): boolean {
  return isObject(error) && Reflect.get(error, 'code') === 'MODULE_NOT_FOUND' && !('path' in error);
}

/** Loads the ws of the program, if it has one, through the function above. */
function accelerateProgram(): void {
  const require = createRequire(programFile());
  try {
    require.resolve('ws');
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  require('ws');
}

try {
  accelerateProgram();
} catch (error) {
  const [why] = String(isObject(error) ? Reflect.get(error, 'message') : error).split('\n');
  warn(
    `wsimd/register cannot accelerate the program’s ws, because require('ws') fails: ${why}. Where the program imports ws, call accelerate of wsimd/ws`,
  );
}
