// Runs a worker's modules, a folder of them, in workerd, and prints what it answers.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';

const [folder, main] = process.argv.slice(2);
const names = readdirSync(folder).filter((name) => /\.(js|wasm)(\?module)?$/.test(name));
const modules = names.map((name) => ({
  type: name.endsWith('.js') ? 'ESModule' : 'CompiledWasm',
  path: name,
  contents: readFileSync(join(folder, name)),
}));
modules.sort((one, other) => Number(other.path === main) - Number(one.path === main));

const miniflare = new Miniflare({ modules, compatibilityDate: '2025-01-01' });
const response = await miniflare.dispatchFetch('http://localhost/');
console.log(await response.text());
await miniflare.dispose();
