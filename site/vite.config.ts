// Builds the page from the built package: `npm run site`, `npm run site:build`.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Emits the service worker for offline use, with the list of files to cache. */
function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = ['./', ...Object.keys(bundle).filter((name) => !name.endsWith('.html'))];
      const hash = createHash('sha256');
      for (const file of Object.values(bundle)) {
        hash.update(file.type === 'chunk' ? file.code : file.source);
      }
      const source = readFileSync(`${root}/offline.js`, 'utf8')
        .replace('__VERSION__', hash.digest('hex').slice(0, 12))
        .replace('__FILES__', JSON.stringify(files));
      this.emitFile({ type: 'asset', fileName: 'offline.js', source });
    },
  };
}

export default defineConfig({
  root,
  base: './',
  plugins: [offline()],
  worker: { format: 'es' },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
});
