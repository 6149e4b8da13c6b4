// `npm run test:browser`: what needs real browsers, Chromium and Firefox.

import { ensure, vitest } from './ensure.mjs';

ensure();
vitest('test/browser');
