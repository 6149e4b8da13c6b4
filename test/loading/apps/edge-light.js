// A worker that listens for its requests, as Vercel's edge runtime runs it.

import { decode } from './decode.js';

addEventListener('fetch', (event) => {
  event.respondWith(decode().then((outcome) => Response.json(outcome)));
});
