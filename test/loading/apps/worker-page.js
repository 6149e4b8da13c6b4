// A page that leaves the decoding to a Web Worker.

import { tell } from './tell.js';

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
tell(
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  }),
);
