// Compiles assembly/ to build/wsimd.wasm and embeds it, as base64, in src/kernel/wasm-module.gen.ts.
// With --check it writes nothing and fails where the committed file differs from a fresh build.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const generated = `${root}src/kernel/wasm-module.gen.ts`;
const MAX_BYTES = 8192;

const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
execFileSync(process.execPath, [compiler, '--config', 'asconfig.json', '--target', 'release'], {
  cwd: root,
  stdio: 'inherit',
});

const bytes = readFileSync(`${root}build/wsimd.wasm`);
if (bytes.length > MAX_BYTES) {
  throw new Error(`wsimd.wasm has ${bytes.length} bytes; at most ${MAX_BYTES} are allowed`);
}
const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
if (imports.length > 0) throw new Error('wsimd.wasm must import nothing');

const hash = createHash('sha256').update(bytes).digest('hex');
const lines = bytes.toString('base64').match(/.{1,96}/g) ?? [];
const source = `// Made by scripts/build-wasm.mjs from assembly/. Do not edit.

/** SHA-256 of the module. */
export const WASM_SHA256 = '${hash}';

/** The module, ${bytes.length} bytes, as base64. */
export const WASM_BASE64 =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;

if (process.argv.includes('--check')) {
  if (readFileSync(generated, 'utf8') !== source) {
    throw new Error('src/kernel/wasm-module.gen.ts is not what assembly/ compiles to');
  }
  console.log(`wsimd.wasm: reproduced, ${bytes.length} bytes, sha256 ${hash}`);
} else {
  writeFileSync(generated, source);
  console.log(`wsimd.wasm: ${bytes.length} bytes, sha256 ${hash}`);
}
