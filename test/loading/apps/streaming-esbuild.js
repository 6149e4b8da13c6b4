// The module's address, as esbuild's file loader gives it.

import address from 'wsimd/wsimd.wasm';
import { decodeStreamed } from './streamed.js';
import { tell } from './tell.js';

tell(decodeStreamed(address));
