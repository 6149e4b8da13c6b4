// `node scripts/run.mjs NAME ...`: the commands of package.json that need no script of their own.

import { bundle, ensure, installIn, linkInto, node, vitest } from './ensure.mjs';

const [name, ...args] = process.argv.slice(2);

/** Each command, by its name in package.json. Paths start at the root. */
const COMMANDS = {
  /** A real ws client talks to a real server on this codec; then what the codec would save a server here. */
  start() {
    node('dist/bench/demo.js');
    const quick = ['--quick', '--bytes', '125,1024,16384', '--case', 'ascii', '--chunks', '65536'];
    node('dist/bench/cli.js', 'bench', 'receive', 'echo', 'pingpong', ...quick);
  },
  bench: () => node('dist/bench/cli.js', 'bench', ...args),
  site: () => node('node_modules/vite/bin/vite.js', ...args, '--config', 'site/vite.config.ts'),
  soak: () => node('tools/soak/main.mjs', ...args),
  fuzz() {
    bundle('tools/fuzz/rolldown.config.mjs');
    node('--enable-source-maps', 'build/fuzz/main.js', ...args);
  },
  conformance() {
    bundle('tools/conformance/rolldown.config.mjs');
    node('build/conformance/cli.js', ...args);
  },
  mutation() {
    const modules = installIn('tools/mutation');
    const config = 'tools/mutation/stryker.config.mjs';
    node(`${modules}/@stryker-mutator/core/bin/stryker.js`, 'run', config, ...args);
  },

  test: () => vitest(undefined, args),
  'test:browser': () => vitest('test/browser', args),
  'test:capture': () => vitest('test/capture', args),
  'test:ecosystem'() {
    linkInto(installIn('test/ecosystem'));
    vitest('test/ecosystem', args);
  },
  'test:conformance'() {
    bundle('tools/conformance/rolldown.config.mjs');
    installIn('tools/conformance/interop/programs');
    vitest('tools/conformance', args);
  },
  /** With --write, stock ws is attacked as well, and the figures go to docs/hostile.md. */
  'test:hostile'() {
    if (args.includes('--write')) process.env.WSIMD_HOSTILE_WRITE = '1';
    vitest(
      'tools/hostile',
      args.filter((one) => one !== '--write'),
    );
  },
};

if (!Object.hasOwn(COMMANDS, name)) {
  console.error(`NAME must be one of ${Object.keys(COMMANDS).join(', ')}, got ${name}`);
  process.exit(2);
}
ensure();
COMMANDS[name]();
