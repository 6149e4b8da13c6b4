// The module's address, as Vite gives it.

import address from 'wsimd/wsimd.wasm?url';
import { decodeStreamed } from './streamed.js';
import { tell } from './tell.js';

tell(decodeStreamed(address));
