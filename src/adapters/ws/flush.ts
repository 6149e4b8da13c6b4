// When queued frames are written: by default once in a turn of the event loop, behind all its reads, for all
// sockets together. A frame never waits much longer than LONGEST_WAIT while reads and sends go on.

import { atTurnEnd, nextTick, now } from './clock.ts';

/** A queue of frames. Neither method throws: a failure belongs to the queue's own socket. */
export interface Flushable {
  /** Writes all that is queued. */
  flush(): void;
  /** The same, unless the socket is still busy with earlier writes. */
  flushUnlessBusy(): void;
}

/**
 * - `'turn'`: at the end of this turn of the event loop, with all other sockets.
 * - `'tick'`: when the code that sends returns to the event loop.
 * - `'immediate'`: with each send, as ws does.
 */
export type FlushPolicy = 'turn' | 'tick' | 'immediate';

/** Sockets that are flushed together at most. */
const MOST_SOCKETS = 256;
/** Milliseconds a frame waits while other frames are read or sent. */
const LONGEST_WAIT = 0.5;
/** The clock takes 40 ns to read: at most this many sends go by between two readings (bench/echo, 16 B). */
const MOST_UNCHECKED = 31;
/** Milliseconds between two readings of the clock that make the next sends be checked one by one. */
const SLOW = LONGEST_WAIT / 5;

/** Queues that are flushed at the same moment. */
class Batch {
  private queues: Flushable[] = [];

  get isEmpty(): boolean {
    return this.queues.length === 0;
  }

  add(queue: Flushable): void {
    this.queues.push(queue);
    if (this.queues.length >= MOST_SOCKETS) this.flush();
  }

  flush(): void {
    const { queues } = this;
    if (queues.length === 0) return;
    this.queues = [];
    for (const queue of queues) queue.flushUnlessBusy();
  }

  /** The process ends: what is not written now never is. */
  flushAtExit(): void {
    while (this.queues.length > 0) this.queues.pop()?.flush();
  }
}

const ofTurn = new Batch();
const ofTick = new Batch();
let isTurnEndPlanned = false;
let isTickEndPlanned = false;
let isWatchingExit = false;
let isExiting = false;

/** When the oldest frame was queued, while one waits. */
let firstAt = 0;
/** When this turn began, as far as is known, or frames were last written in it. */
let quietSince = 0;
/** When the clock was last read in a send. */
let checkedAt = 0;
/** How many sends may go by until the next check, and how many went by between the last two. */
let unchecked = 0;
let stride = 0;

/** Whether frames must be written at once: nothing runs behind the last 'exit' listener. */
export function mustWriteNow(): boolean {
  return isExiting;
}

/** From here on, what is queued when the process exits is written. Called before the first frame can be queued. */
export function watchExit(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  process.on('exit', () => {
    isExiting = true;
    ofTick.flushAtExit();
    ofTurn.flushAtExit();
  });
}

/** Plans the flush of a queue that had none planned. */
export function planFlush(queue: Flushable, policy: FlushPolicy): void {
  if (ofTurn.isEmpty && ofTick.isEmpty) {
    const time = now();
    const isFirst = !isTurnEndPlanned;
    stride = unchecked = 0;
    checkedAt = firstAt = time;
    if (isFirst) quietSince = time;
    else if (time - quietSince > LONGEST_WAIT) {
      // The code that runs has taken long already, and may go on for as long.
      quietSince = time;
      queue.flushUnlessBusy();
      return;
    }
  }
  if (policy === 'tick') {
    ofTick.add(queue);
    planTickEnd();
  } else ofTurn.add(queue);
  planTurnEnd();
}

/**
 * Flushes everything that has waited too long. Called with each send: handlers that take long, or that never let
 * the event loop turn, must not hold back what they have sent.
 */
export function flushOverdue(): void {
  if (unchecked > 0) unchecked--;
  else if (!ofTurn.isEmpty || !ofTick.isEmpty) checkOverdue();
}

function checkOverdue(): void {
  const time = now();
  // A check for each send where sends are rare, for one in many where they are quick.
  stride = time - checkedAt > SLOW ? 0 : Math.min(2 * stride + 1, MOST_UNCHECKED);
  unchecked = stride;
  checkedAt = time;
  if (time - firstAt > LONGEST_WAIT) flushAll(time);
}

/** A socket is read, so the event loop turns. Flushes what other handlers have kept waiting too long. */
export function noteRead(): void {
  const time = now();
  if (ofTurn.isEmpty && ofTick.isEmpty) {
    quietSince = time;
    planTurnEnd();
  } else if (time - firstAt > LONGEST_WAIT) flushAll(time);
}

function planTurnEnd(): void {
  if (isTurnEndPlanned) return;
  isTurnEndPlanned = true;
  atTurnEnd(endTurn);
}

function endTurn(): void {
  isTurnEndPlanned = false;
  ofTurn.flush();
}

function planTickEnd(): void {
  if (isTickEndPlanned) return;
  isTickEndPlanned = true;
  nextTick(endTick);
}

function endTick(): void {
  isTickEndPlanned = false;
  ofTick.flush();
}

function flushAll(time: number): void {
  quietSince = time;
  ofTick.flush();
  ofTurn.flush();
}
