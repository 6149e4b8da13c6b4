// Time as the adapter needs it: Node's own timers, ticks and clock, also in tests that put fake ones in their
// place (Jest, Vitest, node:test). A library under test must not stand still when the clock of a test does.

import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

/** The process itself: Jest hands a copy to what it loads, whose methods it may replace. */
const real = process.getBuiltinModule?.('node:process') ?? process;

/** Runs when the code that is running has returned to Node, before any promise callbacks. */
export const { nextTick } = real;

/** Runs at the end of this turn of the event loop, behind all reads. */
export const atTurnEnd = setImmediate;

/** Milliseconds. */
export const now: () => number = performance.now.bind(performance);
