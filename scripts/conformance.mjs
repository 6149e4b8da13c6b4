// `npm run conformance`: every case of RFC 6455 and RFC 7692, over real sockets, with a report.
// `npm run test:conformance`: the same, in a size for CI, and conversations with what others wrote; the
// clients of theirs that are on npm have a manifest of their own.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, npm, root, run } from './ensure.mjs';

ensure();
const rolldown = join(root, 'node_modules', 'rolldown', 'bin', 'cli.mjs');
run(process.execPath, [rolldown, '-c', 'rolldown.conformance.config.mjs']);

const [command, ...rest] = process.argv.slice(2);
if (command === 'test') {
  const folder = join(root, 'test', 'conformance', 'interop', 'programs');
  if (!existsSync(join(folder, 'node_modules', '.package-lock.json'))) {
    run(npm, ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  run(process.execPath, [vitest, 'run', '--config', 'test/conformance/vitest.config.ts', ...rest]);
} else {
  run(process.execPath, [join(root, 'build', 'conformance', 'cli.js'), ...process.argv.slice(2)]);
}
