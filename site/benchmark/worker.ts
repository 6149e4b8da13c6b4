// Measures all sizes in a worker, so that the page stays responsive.

import { backend, ready } from 'wsimd';
import { measureSize, type Result, SIZES } from './measure.ts';

/** Messages from the worker to the page. */
export type FromWorker =
  | { type: 'started'; backend: string }
  | { type: 'result'; result: Result; done: number }
  | { type: 'finished' }
  | { type: 'failed'; message: string };

const post = (message: FromWorker): void => postMessage(message);

try {
  await ready();
  post({ type: 'started', backend: backend() });
  for (const [index, size] of SIZES.entries()) {
    post({ type: 'result', result: measureSize(size), done: (index + 1) / SIZES.length });
  }
  post({ type: 'finished' });
} catch (error) {
  post({ type: 'failed', message: String(error) });
}
