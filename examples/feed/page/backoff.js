// Exponential back-off with jitter for reconnecting, and how long a connection may be silent before it counts as dead:
// the feed never pauses.

const FIRST = 250;
const MOST = 4000;
export const DEAD_AFTER = 5000;

/** Milliseconds before attempt number `attempt`, counted from 1. */
export function delayOf(attempt) {
  const most = Math.min(MOST, FIRST * 2 ** (attempt - 1));
  return Math.round(most * (0.5 + Math.random() / 2));
}
