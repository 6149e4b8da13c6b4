// When what was queued is written: by default once in a turn of the event loop, behind all its reads, for
// all sockets together. In between, what has waited too long is not held back by the handlers of others.

/** Whoever has something queued. */
export interface Flushable {
  flush(): void;
}

/**
 * - `'turn'`: at the end of this turn of the event loop, with all other sockets.
 * - `'tick'`: when the code that sends returns to the event loop.
 * - `'immediate'`: with each send, as ws does.
 */
export type FlushPolicy = 'turn' | 'tick' | 'immediate';

/** Sockets that are flushed together at most, and milliseconds the first of them waits while others read. */
const MOST_SOCKETS = 256;
const LONGEST_WAIT = 0.5;

const waiting: Flushable[] = [];
let firstAt = 0;
let isPlanned = false;
let isWatchingExit = false;

/** Those of the process, whatever stands in their place later (the clocks of tests). */
export const later = globalThis.setImmediate;
const { nextTick } = process;
const clock = globalThis.performance;

/** Plans the flush of one that had nothing queued until now. */
export function planFlush(queue: Flushable, policy: FlushPolicy): void {
  if (waiting.length === 0) firstAt = clock.now();
  waiting.push(queue);
  if (!isWatchingExit) {
    // What was sent before process.exit() has left by then with ws, too.
    isWatchingExit = true;
    process.on('exit', flushAtExit);
  }
  if (waiting.length >= MOST_SOCKETS) flushAll();
  else if (policy === 'tick') nextTick(flushAll);
  else if (!isPlanned) {
    isPlanned = true;
    later(atEndOfTurn);
  }
}

/** Flushes what has waited longer than it may: called where a read is about to keep it waiting. */
export function flushOverdue(): void {
  if (waiting.length > 0 && clock.now() - firstAt > LONGEST_WAIT) flushAll();
}

function atEndOfTurn(): void {
  isPlanned = false;
  flushAll();
}

function flushAtExit(): void {
  while (waiting.length > 0) {
    try {
      waiting.shift()?.flush();
    } catch {
      // The process is over; the others still get their turn.
    }
  }
}

/**
 * Writes all that is queued, anywhere. A write may throw, or send on others: those are flushed all the same.
 */
export function flushAll(): void {
  const batch = waiting.splice(0);
  let i = 0;
  try {
    while (i < batch.length) batch[i++].flush();
  } finally {
    if (i < batch.length) {
      waiting.unshift(...batch.slice(i));
      nextTick(flushAll);
    }
  }
}
