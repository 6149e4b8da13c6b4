// How long to wait before connecting again: twice as long each time, and never all clients at once. And how long to
// wait for a connection that says nothing: a feed never rests, so it is dead, though nobody has told.

const FIRST = 250;
const MOST = 4000;
export const DEAD_AFTER = 5000;

/** Milliseconds before attempt number `attempt`, which counts from 1 on. */
export function delayOf(attempt) {
  const most = Math.min(MOST, FIRST * 2 ** (attempt - 1));
  return Math.round(most * (0.5 + Math.random() / 2));
}
