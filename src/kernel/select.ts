// The choice of a kernel: an explicit option, then WSIMD_BACKEND, then WebAssembly with SIMD, then
// JavaScript. An explicit choice that cannot be had throws; the automatic one falls back in silence,
// and `backend` tells which runs.

import { createJsKernel } from './js.ts';
import type { Backend, Kernel } from './kernel.ts';
import { decodeBase64 } from './platform.ts';
import { createWasmKernel } from './wasm.ts';
import { WASM_BASE64 } from './wasm-module.gen.ts';

let js: Kernel | undefined;
let wasm: Kernel | undefined;
let wasmFailure: unknown;
let automatic: Kernel | undefined;

/**
 * The kernel to use. Compiles the module at first use, synchronously; importing does nothing.
 * Throws a TypeError on a name that is no backend, and an Error with the cause where 'wasm' is asked for
 * and cannot be had.
 */
export function selectKernel(requested?: Backend): Kernel {
  if (requested === undefined) {
    automatic ??= selectAutomatically();
    return automatic;
  }
  if (requested === 'js') return jsKernel();
  if (requested !== 'wasm') {
    throw new TypeError(`backend must be 'wasm' or 'js', not ${JSON.stringify(requested)}`);
  }
  const kernel = wasmKernel();
  if (kernel === undefined) {
    throw new Error('the wasm backend cannot be had here', { cause: wasmFailure });
  }
  return kernel;
}

/**
 * Compiles the module asynchronously, for pages whose main thread may not do it synchronously.
 * Resolves to the backend that runs from then on; never rejects unless WSIMD_BACKEND asks for what
 * cannot be had.
 */
export async function ready(): Promise<Backend> {
  if (wasm === undefined && environment() !== 'js') {
    try {
      wasm = createWasmKernel(await WebAssembly.compile(decodeBase64(WASM_BASE64)));
      if (environment() === undefined) automatic = wasm;
    } catch (error) {
      wasmFailure = error;
    }
  }
  return selectKernel().backend;
}

function selectAutomatically(): Kernel {
  const wanted = environment();
  if (wanted !== undefined) return selectKernel(wanted as Backend);
  return wasmKernel() ?? jsKernel();
}

function environment(): string | undefined {
  // Some platforms throw on a look at the environment that was not permitted (Deno).
  try {
    return globalThis.process?.env?.WSIMD_BACKEND || undefined;
  } catch {
    return undefined;
  }
}

function jsKernel(): Kernel {
  js ??= createJsKernel();
  return js;
}

function wasmKernel(): Kernel | undefined {
  if (wasm === undefined && wasmFailure === undefined) {
    try {
      wasm = createWasmKernel(new WebAssembly.Module(decodeBase64(WASM_BASE64)));
    } catch (error) {
      wasmFailure = error;
    }
  }
  return wasm;
}
