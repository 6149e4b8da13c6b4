// The module, compiled beforehand by an edge runtime that forbids compiling bytes: its bundler makes a
// WebAssembly.Module of the import. The build puts this in module.ts's place (rolldown.config.mjs).

// Beside the build's folder: dist/wsimd.wasm, seen from dist/edge/.
import compiled from '../wsimd.wasm?module';

/** As in module.ts; it is compiled already. */
export function compileSync(): WebAssembly.Module {
  return compiled;
}

/** As in module.ts; it is compiled already. */
export async function compile(): Promise<WebAssembly.Module> {
  return compiled;
}
