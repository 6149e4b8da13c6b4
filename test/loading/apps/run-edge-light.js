// Runs a script in Vercel's edge runtime, the WebAssembly files it imports compiled beforehand and given as
// globals, and prints what it answers.

import { readFileSync } from 'node:fs';
import { EdgeRuntime } from 'edge-runtime';

const [script, ...files] = process.argv.slice(2);
const runtime = new EdgeRuntime({
  codeGeneration: { strings: false, wasm: false },
  initialCode: readFileSync(script, 'utf8'),
  extend(context) {
    for (const [i, file] of files.entries()) {
      context[`wasm_${i}`] = new WebAssembly.Module(readFileSync(file));
    }
    return context;
  },
});
const response = await runtime.dispatchFetch('http://localhost/');
console.log(await response.text());
