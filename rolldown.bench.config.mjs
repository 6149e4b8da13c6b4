// bin/, cli/ and bench/ -> dist/bench/: one file a program, with the libraries it uses, for the package has no dependencies.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';

/** `import text from 'file?raw'`. */
const raw = {
  name: 'raw',
  resolveId(source, importer) {
    if (!source.endsWith('?raw')) return null;
    const path = source.slice(0, -'?raw'.length);
    if (path.startsWith('.')) return `${resolve(dirname(importer), path)}?raw`;
    const name = path.slice(0, path.indexOf('/'));
    const manifest = createRequire(importer).resolve(`${name}/package.json`);
    return `${resolve(dirname(manifest), path.slice(name.length + 1))}?raw`;
  },
  load(id) {
    if (!id.endsWith('?raw')) return null;
    const text = readFileSync(id.slice(0, -'?raw'.length), 'utf8');
    return { code: `export default ${JSON.stringify(text)};`, moduleType: 'js' };
  },
};

export default {
  input: {
    cli: 'bin/wsimd.ts',
    demo: 'bench/demo/main.ts',
    markdown: 'bench/markdown.ts',
    'server-process': 'bench/servers/server-process.ts',
    'bun-server': 'bench/servers/bun-server.ts',
    'deno-server': 'bench/servers/deno-server.ts',
    'transport-server': 'bench/servers/transport-server.ts',
    'startup-probe': 'bench/suites/startup-probe.ts',
  },
  external: [/^wsimd/, 'ws', /^node:/],
  platform: 'node',
  logLevel: 'warn',
  plugins: [raw],
  output: {
    dir: 'dist/bench',
    format: 'esm',
    // Beside the programs: they find each other by their own address.
    chunkFileNames: 'shared-[name].js',
    banner: ({ name, isEntry }) => (name === 'cli' && isEntry ? '#!/usr/bin/env node' : ''),
  },
};
