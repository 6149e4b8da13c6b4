// A page that decodes.

import { decode } from './decode.js';
import { tell } from './tell.js';

tell(decode());
