// Bundles a script as Vercel does: an import of a WebAssembly file becomes a global, the compiled module.
// Prints the files.

import { resolve } from 'node:path';
import { build } from 'esbuild';

const [script, out] = process.argv.slice(2);
const files = [];
const wasmGlobals = {
  name: 'wasm-globals',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path.slice(0, -'?module'.length));
      if (!files.includes(file)) files.push(file);
      return { path: file, namespace: 'wasm' };
    });
    onLoad({ filter: /.*/, namespace: 'wasm' }, ({ path }) => ({
      contents: `export default wasm_${files.indexOf(path)};`,
    }));
  },
};
await build({
  entryPoints: [script],
  outfile: out,
  bundle: true,
  format: 'iife',
  conditions: ['edge-light'],
  plugins: [wasmGlobals],
});
console.log(JSON.stringify(files));
