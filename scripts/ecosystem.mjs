// `npm run test:ecosystem`: those who build on ws, with their own manifest, against the built package.

import { ensure, installIn, linkInto, vitest } from './ensure.mjs';

ensure();
linkInto(installIn('test/ecosystem'));
vitest('test/ecosystem');
