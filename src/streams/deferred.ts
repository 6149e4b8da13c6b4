// Promises: one that is settled from outside, and those that yield to the event loop.

import { setImmediate, setTimeout } from './clock.ts';

export interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** Creates one. A rejection without a handler does not count as unhandled. */
export function deferred<T>(): Deferred<T> {
  const parts = {} as Deferred<T>;
  parts.promise = new Promise((resolve, reject) => {
    parts.resolve = resolve;
    parts.reject = reject;
  });
  parts.promise.catch(() => {});
  return parts;
}

/** Resolves after pending microtasks and timers have run. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Resolves in a later turn of the event loop, after timers have fired and sockets have been read. */
export const yieldToEventLoop = (): Promise<void> =>
  new Promise((resolve) => setImmediate(resolve));

/**
 * Returns a function for each step of a loop that may never wait for anything else. Every `steps` calls it returns a
 * promise: await it, so that the event loop runs and timers and aborts fire.
 */
export function yieldEvery(steps: number): () => Promise<void> | undefined {
  let left = steps;
  return () => {
    if (--left > 0) return undefined;
    left = steps;
    return yieldToEventLoop();
  };
}
