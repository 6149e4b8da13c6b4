// That a writable stream was aborted, told at once.

import { queueMicrotask } from './clock.ts';

/** Sooner than the sink's `abort`, which a write under way keeps waiting, and the start of the stream. */
export function whenAborted(
  { signal }: WritableStreamDefaultController,
  listener: (reason: unknown) => void,
): void {
  // Node 20 breaks down where the stream is failed from within the event.
  signal?.addEventListener('abort', () => queueMicrotask(() => listener(signal.reason)));
}
