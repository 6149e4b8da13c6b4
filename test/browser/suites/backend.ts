// Tells the codec which kernel it is to run on, as the environment does in Node.

import { inject } from 'vitest';

Object.assign(globalThis, { process: { env: { WSIMD_BACKEND: inject('backend') } } });
