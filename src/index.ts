// The public entry `wsimd`: re-exports only.

export * from './entry/auto.ts';
export * from './entry/common.ts';
export { ready } from './kernel/select.ts';
