// A program for a runtime with a command line.

import { decode } from './decode.js';

console.log(JSON.stringify(await decode()));
