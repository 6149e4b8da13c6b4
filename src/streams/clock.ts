// Timers as they were when the library was loaded, in Node its own: a connection must not stand still when a test puts
// fake ones in their place.

const timers: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'> & {
  setImmediate?: typeof globalThis.setImmediate;
} = globalThis.process?.getBuiltinModule?.('node:timers') ?? globalThis;

export const { setTimeout, clearTimeout } = timers;

/** Runs in another turn of the event loop. */
export const soon: (act: () => void) => unknown = timers.setImmediate ?? setTimeout;

export const { queueMicrotask } = globalThis;
