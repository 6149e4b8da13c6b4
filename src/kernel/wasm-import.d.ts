// What an edge runtime's bundler makes of the import of a WebAssembly file.

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
