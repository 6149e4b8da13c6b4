// The public entry `wsimd/js`: as `wsimd`, with no WebAssembly at all.

export * from './entry/common.ts';
export * from './entry/js.ts';
