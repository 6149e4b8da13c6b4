// A service worker that decodes when it is asked.

import { decode } from './decode.js';

self.onmessage = async ({ source }) => {
  source.postMessage({ ...(await decode()), scope: self.constructor.name });
};
