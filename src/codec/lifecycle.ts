// Where a decoder is between its calls, and between two calls of handlers.

/** Ready for bytes. */
export const IDLE = 0;
/** In a walk: a handler may be on the stack. Without a call on the stack, a handler has thrown. */
export const WALKING = 1;
/** `pause()` was called, or a transform is awaited. */
export const PAUSED = 2;
/** Closed, failed or stopped: nothing is delivered any more. */
export const ENDED = 3;
