// Measures one size after the other, so that the page stays responsive.

import { backend, ready } from 'wsimd';
import { measureSize, type Result, SIZES } from './measure.ts';

/** What the worker tells the page. */
export type FromWorker =
  | { type: 'started'; backend: string }
  | { type: 'result'; result: Result; done: number }
  | { type: 'finished' }
  | { type: 'failed'; message: string };

const tell = (message: FromWorker): void => postMessage(message);

try {
  await ready();
  tell({ type: 'started', backend: backend() });
  for (const [index, size] of SIZES.entries()) {
    tell({ type: 'result', result: measureSize(size), done: (index + 1) / SIZES.length });
  }
  tell({ type: 'finished' });
} catch (error) {
  tell({ type: 'failed', message: String(error) });
}
