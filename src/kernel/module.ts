// The module, compiled from the bytes embedded here. The build for edge runtimes, which forbid compiling
// bytes, has module-edge.ts in its place.

import { decodeBase64 } from './platform.ts';
import { WASM_BASE64 } from './wasm-module.gen.ts';

/** Compiles it at once. Throws where the platform does not allow that. */
export function compileSync(): WebAssembly.Module {
  return new WebAssembly.Module(decodeBase64(WASM_BASE64));
}

/** Compiles it off the thread that asks. */
export async function compile(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(decodeBase64(WASM_BASE64));
}
