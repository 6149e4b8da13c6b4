// Notifies as soon as a writable stream is aborted.

import { queueMicrotask } from './clock.ts';

/** Calls back before the sink's `abort` would run, which waits for a pending write and for the start of the stream. */
export function whenAborted(
  { signal }: WritableStreamDefaultController,
  listener: (reason: unknown) => void,
): void {
  // Deferred: Node 20 breaks if the stream is errored inside the event.
  signal?.addEventListener('abort', () => queueMicrotask(() => listener(signal.reason)));
}
