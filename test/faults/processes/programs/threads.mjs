// Threads that talk with one another, prints what each saw: first all to the end; then with one that is terminated in
// the middle, and another in its place.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const THREADS = 4;
const MESSAGES = 120;
const VICTIM = 1;

async function start(id) {
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { id } });
  const [{ port }] = await once(worker, 'message');
  return { worker, port };
}

/** Resolves to what comes with that type, so often. */
function hear({ worker }, type, times = 1) {
  return new Promise((resolve, reject) => {
    let left = times;
    worker.on('error', reject);
    worker.on('message', (message) => {
      if (message.type === type && --left === 0) resolve(message.told);
    });
  });
}

function talk(thread, ports, counts) {
  const told = hear(thread, 'told');
  thread.worker.postMessage({ ports, counts });
  return told;
}

const threads = await Promise.all(Array.from({ length: THREADS }, (_, id) => start(id)));
const ports = threads.map(({ port }) => port);
const counts = ports.map(() => MESSAGES);
const together = await Promise.all(threads.map((thread) => talk(thread, ports, counts)));

// The talks with the victim have no end of their own; the others are long enough to go on when it is gone.
const others = threads.filter((_, id) => id !== VICTIM);
const endless = counts.map((count, id) => (id === VICTIM ? Number.POSITIVE_INFINITY : 3 * count));
const underWay = others.map((thread) => hear(thread, 'under way', THREADS));
threads[VICTIM].worker.on('error', () => {});
threads[VICTIM].worker.postMessage({ ports, counts: counts.map(() => Number.POSITIVE_INFINITY) });
const bereft = others.map((thread) => talk(thread, ports, endless));
await Promise.all(underWay);
await threads[VICTIM].worker.terminate();
const survivors = await Promise.all(bereft);

threads[VICTIM] = await start(VICTIM);
ports[VICTIM] = threads[VICTIM].port;
const again = await Promise.all(threads.map((thread) => talk(thread, ports, counts)));
console.log(JSON.stringify({ together, survivors, again }));
process.exit();
