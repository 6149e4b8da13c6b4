// Timers, captured when the library is loaded, in Node from `node:timers`: fake timers of a test must not stall a
// connection.

const timers: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'> & {
  setImmediate?: typeof globalThis.setImmediate;
} = globalThis.process?.getBuiltinModule?.('node:timers') ?? globalThis;

export const { setTimeout, clearTimeout } = timers;

/** Calls back in a later turn of the event loop. Without the platform's own, a timer does it. */
export const setImmediate: (callback: () => void) => unknown = timers.setImmediate ?? setTimeout;

export const { queueMicrotask } = globalThis;
