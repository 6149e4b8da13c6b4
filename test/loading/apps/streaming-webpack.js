// The module's address, as webpack gives it.

import { decodeStreamed } from './streamed.js';
import { tell } from './tell.js';

tell(decodeStreamed(new URL('wsimd/wsimd.wasm', import.meta.url)));
