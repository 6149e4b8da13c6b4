// `npm run conformance`: every case of RFC 6455 and RFC 7692, over real sockets, with a report.
// `npm run test:conformance`: the same, in a size for CI, and conversations with what others wrote; the
// clients of theirs that are on npm have a manifest of their own.

import { join } from 'node:path';
import { ensure, installIn, root, run, vitest } from './ensure.mjs';

ensure();
const rolldown = join(root, 'node_modules', 'rolldown', 'bin', 'cli.mjs');
run(process.execPath, [rolldown, '-c', 'rolldown.conformance.config.mjs']);

const [command, ...rest] = process.argv.slice(2);
if (command === 'test') {
  installIn('tools/conformance/interop/programs');
  vitest('tools/conformance', rest);
} else {
  run(process.execPath, [join(root, 'build', 'conformance', 'cli.js'), ...process.argv.slice(2)]);
}
