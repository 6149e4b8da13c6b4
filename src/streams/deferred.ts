// Promises: one that others settle, and some to wait for.

import { setTimeout, soon } from './clock.ts';

export interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A rejection that nobody looks at does not count as unhandled. */
export function deferred<T>(): Deferred<T> {
  const parts = {} as Deferred<T>;
  parts.promise = new Promise((resolve, reject) => {
    parts.resolve = resolve;
    parts.reject = reject;
  });
  parts.promise.catch(() => {});
  return parts;
}

/** Resolves when whatever was settled until now has had its say. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Resolves when the event loop has been round: timers have fired, sockets have been read. */
export const othersTurn = (): Promise<void> => new Promise((resolve) => soon(resolve));

/**
 * Returns a function to call at each step of a loop that may never wait for anything else. Every `steps` calls it
 * returns a promise. Await it: the event loop runs meanwhile, so that timers and aborts fire.
 */
export function turnEvery(steps: number): () => Promise<void> | undefined {
  let left = steps;
  return () => {
    if (--left > 0) return undefined;
    left = steps;
    return othersTurn();
  };
}
