// `npm run example -- NAME`: one of the examples, until it is stopped.
// `npm run examples:check [-- NAME]`: proves that each does what its page says, with the real servers it needs.

import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, installIn, root, run, vitest } from './ensure.mjs';

const folder = join(root, 'examples');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.js')));

/** Installs what an example needs beside wsimd and ws. */
function install(name) {
  if (existsSync(join(folder, name, 'package-lock.json'))) installIn(`examples/${name}`);
}

/** What `npm install wsimd` would do, were this not wsimd's own repository. */
function link() {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  if (!existsSync(join(modules, 'wsimd'))) symlinkSync(root, join(modules, 'wsimd'), 'junction');
}

const [command, ...rest] = process.argv.slice(2);
if (command !== 'check' && !names.includes(command)) {
  console.error(`npm run example -- NAME, where NAME is one of ${names.join(', ')}`);
  process.exit(2);
}
ensure();
link();
if (command === 'check') {
  names.forEach(install);
  vitest('examples', rest);
} else {
  install(command);
  run(process.execPath, [join(folder, command, 'main.js'), ...rest]);
}
