// A program for a runtime with a command line.

import { decode } from './decode.js';

const { bun, deno } = process.versions;
const runtime = bun ? 'bun' : deno ? 'deno' : 'node';
console.log(JSON.stringify({ ...(await decode()), runtime }));
