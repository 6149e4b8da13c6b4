// A worker that listens for its requests, as Vercel's edge runtime runs it.

import { decode } from './decode.js';

addEventListener('fetch', (event) => {
  const respond = (outcome) => Response.json({ ...outcome, runtime: globalThis.EdgeRuntime });
  event.respondWith(decode().then(respond));
});
