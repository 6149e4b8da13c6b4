// The choice of a kernel: an explicit option, then WSIMD_BACKEND, then WebAssembly with SIMD, then
// JavaScript. An explicit choice that cannot be had throws; the automatic one falls back in silence,
// and `backend` tells which runs.

import { createJsKernel } from './js.ts';
import type { Backend, Kernel } from './kernel.ts';
import { compile, compileSync } from './module.ts';
import { compileFrom, type ModuleSource } from './module-source.ts';
import { createWasmKernel } from './wasm.ts';

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
 * Compiles the module asynchronously, for pages whose main thread may not do it synchronously. `source` is
 * where it is to come from: a `Response` of `wsimd/wsimd.wasm` (or the promise of one) is compiled while it
 * streams in. Where nothing comes of that, and by default, the bytes embedded are compiled.
 *
 * Resolves to the backend that runs from then on. Rejects only with a TypeError where `source` is no such
 * thing, and where WSIMD_BACKEND asks for what cannot be had.
 */
export async function ready(source?: ModuleSource): Promise<Backend> {
  if (source !== undefined && (typeof source !== 'object' || source === null)) {
    throw new TypeError('ready() takes a Response, bytes, or a WebAssembly.Module');
  }
  // Also where it is not needed: a request that failed is no reason to fail.
  Promise.resolve(source).catch(() => {});
  if (wasm === undefined && environment() !== 'js') {
    const kernel = (await kernelFrom(source)) ?? (await embeddedKernel());
    wasm ??= kernel;
    if (wasm !== undefined && environment() === undefined) automatic = wasm;
  }
  return selectKernel().backend;
}

async function kernelFrom(source: ModuleSource | undefined): Promise<Kernel | undefined> {
  if (source === undefined) return undefined;
  try {
    return createWasmKernel(await compileFrom(source));
  } catch {
    return undefined;
  }
}

async function embeddedKernel(): Promise<Kernel | undefined> {
  try {
    return createWasmKernel(await compile());
  } catch (error) {
    wasmFailure = error;
    return undefined;
  }
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
      wasm = createWasmKernel(compileSync());
    } catch (error) {
      wasmFailure = error;
    }
  }
  return wasm;
}
