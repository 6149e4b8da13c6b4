// Where a page may have the module from instead of the bytes embedded: a response that is compiled while it
// streams in, bytes, or a module compiled elsewhere.

/** The platform's class of that name, where the types in use know it. */
type PlatformResponse = typeof globalThis extends { Response: { prototype: infer R } } ? R : never;
type CompiledModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer M } };
}
  ? M
  : never;

/** `wsimd/wsimd.wasm`: its response or the promise of one, its bytes, or a `WebAssembly.Module` of it. */
export type ModuleSource =
  | PlatformResponse
  | PromiseLike<PlatformResponse>
  | ArrayBuffer
  | ArrayBufferView
  | (CompiledModule & object);

/** Compiles what was given. Rejects with whatever is wrong with it. */
export async function compileFrom(source: ModuleSource): Promise<CompiledModule> {
  const given: unknown = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) {
    return WebAssembly.compile(given as BufferSource);
  }
  return WebAssembly.compileStreaming(given as Response);
}
