// `npm run test:capture`: a conversation on this machine, captured and dissected by the real tshark.

import { ensure, vitest } from './ensure.mjs';

ensure();
vitest('test/capture');
