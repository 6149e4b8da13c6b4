// assembly/, src/, bin/, cli/ and bench/ -> dist/.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, node, root } from './ensure.mjs';
import { hashInputs } from './inputs.mjs';

const dist = join(root, 'dist');

/** Declarations name their neighbours as sources do; older compilers want the names of what is shipped. */
function nameShippedFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) nameShippedFiles(path);
    else if (entry.name.endsWith('.d.ts')) {
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(/((?:from |import\()['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'));
    }
  }
}

// Before anything is read: what is changed meanwhile makes the next build.
const inputs = hashInputs(root);
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
node('scripts/build-wasm.mjs');
bundle('rolldown.config.mjs');
node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
nameShippedFiles(dist);
copyFileSync(join(root, 'build', 'wsimd.wasm'), join(dist, 'wsimd.wasm'));
bundle('rolldown.bench.config.mjs');
writeFileSync(join(dist, '.built'), JSON.stringify(inputs));
