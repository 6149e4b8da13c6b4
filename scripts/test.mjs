// `npm test`: everything, with the Node it is run with. Arguments go to vitest.

import { ensure, vitest } from './ensure.mjs';

ensure();
vitest();
