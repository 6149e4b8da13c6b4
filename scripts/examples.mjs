// `npm run example -- NAME`: one of the examples, until it is stopped.
// `npm run examples:check [-- NAME]`: proves that each does what its page says, with the real servers it needs.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensure, installIn, linkInto, root, vitest } from './ensure.mjs';

const folder = join(root, 'examples');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.js')));

/** Installs what an example needs beside wsimd and ws. */
function install(name) {
  if (existsSync(join(folder, name, 'package-lock.json'))) installIn(`examples/${name}`);
}

const [command, ...rest] = process.argv.slice(2);
if (command !== 'check' && !names.includes(command)) {
  console.error(`npm run example -- NAME, where NAME is one of ${names.join(', ')}`);
  process.exit(2);
}
ensure();
linkInto(join(folder, 'node_modules'));
if (command === 'check') {
  names.forEach(install);
  vitest('examples', rest);
} else {
  install(command);
  // In this process: what stops it, stops the example, which then may take its leave.
  const main = join(folder, command, 'main.js');
  process.argv = [process.execPath, main, ...rest];
  await import(pathToFileURL(main));
}
