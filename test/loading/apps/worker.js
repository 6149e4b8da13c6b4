// A Web Worker that decodes.

import { decode } from './decode.js';

decode().then((outcome) => postMessage({ ...outcome, scope: self.constructor.name }));
