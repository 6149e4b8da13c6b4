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

/** Plans the flush of one that had nothing queued until now. */
export function planFlush(queue: Flushable, policy: FlushPolicy): void {
  if (waiting.length === 0) firstAt = performance.now();
  waiting.push(queue);
  if (waiting.length >= MOST_SOCKETS) flushAll();
  else if (policy === 'tick') process.nextTick(flushAll);
  else if (!isPlanned) {
    isPlanned = true;
    setImmediate(atEndOfTurn);
    if (!isWatchingExit) {
      // What was sent before process.exit() has left by then with ws, too.
      isWatchingExit = true;
      process.on('exit', flushAll);
    }
  }
}

/** Flushes what has waited longer than it may: called where a read is about to keep it waiting. */
export function flushOverdue(): void {
  if (waiting.length > 0 && performance.now() - firstAt > LONGEST_WAIT) flushAll();
}

function atEndOfTurn(): void {
  isPlanned = false;
  flushAll();
}

/** Writes all that is queued, anywhere. */
export function flushAll(): void {
  for (let i = 0; i < waiting.length; i++) waiting[i].flush();
  waiting.length = 0;
}
