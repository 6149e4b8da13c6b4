// Time as the adapter needs it: Node's own timers, ticks and clock, also in tests that put fake ones in their
// place (Jest, Vitest, node:test). A library under test must not stand still when the clock of a test does.

import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

/**
 * Runs when the code that is running has returned to Node. A fake one that was there first cannot be undone (Jest's
 * `enableGlobally`): fakes have a `clock`. A promise's callback is the nearest that is always real.
 */
export const nextTick: typeof process.nextTick =
  'clock' in process.nextTick
    ? (act: (...args: never[]) => void, ...args: unknown[]) =>
        void Promise.resolve().then(() => act(...(args as never[])))
    : process.nextTick;

/** Runs at the end of this turn of the event loop, behind all reads. */
export const atTurnEnd = setImmediate;

/** Milliseconds. */
export const now: () => number = performance.now.bind(performance);
