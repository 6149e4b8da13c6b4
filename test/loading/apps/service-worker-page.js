// A page that leaves the decoding to a service worker.

import { tell } from './tell.js';

async function ask() {
  await navigator.serviceWorker.register('./service-worker.js', { type: 'module' });
  const { active } = await navigator.serviceWorker.ready;
  return new Promise((resolve) => {
    navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
    active.postMessage('decode');
  });
}

tell(ask());
