// `npm run test:hostile`: hostile peers against live servers of the built package. With --write, stock ws is attacked
// as well, and the figures go to docs/hostile.md.

import { ensure, vitest } from './ensure.mjs';

ensure();
const given = process.argv.slice(2);
if (given.includes('--write')) process.env.WSIMD_HOSTILE_WRITE = '1';
vitest(
  'tools/hostile',
  given.filter((one) => one !== '--write'),
);
