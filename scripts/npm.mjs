// How npm is started: as the JavaScript program it is. On Windows `npm` is a batch file, which Node starts only in a
// shell, where every argument with a space needs quotes.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** npm itself says where it is to what it runs; the installer for Windows puts it beside node.exe. */
function findCli() {
  const besideNode = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  return [process.env.npm_execpath ?? '', besideNode].find(
    (path) => path.endsWith('npm-cli.js') && existsSync(path),
  );
}

/** The program, and its arguments, for `npm ...args`. */
export function npmCommand(...args) {
  const cli = findCli();
  return cli === undefined ? ['npm', args] : [process.execPath, [cli, ...args]];
}
