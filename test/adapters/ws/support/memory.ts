// What the garbage collector and the engine's own shapes say.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of ArrayBuffers that are still in use. */
export async function arrayBufferBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().arrayBuffers;
}

/** Whether an object has a hidden class; one in dictionary mode is larger and slower. */
export function hasFastProperties(value: object): boolean {
  setFlagsFromString('--allow-natives-syntax');
  try {
    return new Function('value', 'return %HasFastProperties(value)')(value) as boolean;
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}
