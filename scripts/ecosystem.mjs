// `npm run test:ecosystem`: those who build on ws, with their own manifest, against the built package.

import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, installIn, root, vitest } from './ensure.mjs';

ensure();
const link = join(installIn('test/ecosystem'), 'wsimd');
if (!existsSync(link)) symlinkSync(root, link, 'junction');
vitest('test/ecosystem');
