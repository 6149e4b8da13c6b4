// The repository keeps its own rules.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as entry from '../../src/index.ts';
import * as inspector from '../../src/inspect/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Files under version control, or those of the folders where there is none. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((path) => existsSync(join(root, path)));

describe('the WebAssembly module', () => {
  it('is what assembly/ compiles to, byte for byte', () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['scripts/build-wasm.mjs', '--check'],
      { cwd: root, encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('reproduced');
  });
});

describe('the lock files', () => {
  it.each(files.filter((path) => path.endsWith('package-lock.json')))(
    '%s records no addresses',
    (path) => {
      expect(read(path)).not.toMatch(/"resolved"|registry/);
    },
  );
});

describe('the sources', () => {
  const sources = files.filter(
    (path) =>
      /^(assembly|src|bench|bin|cli|scripts|tools)\/.*\.(ts|mjs)$/.test(path) &&
      !path.endsWith('.gen.ts'),
  );

  it.each(sources)('%s opens with what it is, and fits', (path) => {
    const text = read(path);
    expect(text.split('\n').length).toBeLessThanOrEqual(450);
    expect(text.startsWith('// ')).toBe(true);
  });

  it('depend inward: protocol <- kernel <- codec <- entry', () => {
    const layers = ['protocol', 'kernel', 'codec', 'entry'];
    for (const path of sources) {
      const layer = layers.indexOf(path.split('/')[1]);
      if (!path.startsWith('src/') || layer === -1) continue;
      for (const [, target] of read(path).matchAll(/from '\.\.\/(\w+)\//g)) {
        expect(layers.indexOf(target), `${path} imports ${target}`).toBeLessThanOrEqual(layer);
        expect(layers, `${path} imports ${target}`).toContain(target);
      }
    }
  });

  it('import nothing but each other; the adapter of ws also ws and Node, inspect what it inflates with', () => {
    for (const path of sources.filter((name) => name.startsWith('src/'))) {
      let allowed = /^\.\.?\//;
      if (path.startsWith('src/adapters/ws/')) allowed = /^(\.\.?\/|node:|ws$)/;
      if (path.startsWith('src/inspect/')) allowed = /^(\.\.?\/|fflate$)/;
      const imports = [...read(path).matchAll(/^(?:import|export)[^'"]*from '([^']+)'/gm)];
      for (const [, target] of imports) {
        expect(target, path).toMatch(allowed);
        if (!path.startsWith('src/adapters/')) expect(target, path).not.toContain('adapters');
      }
    }
  });
});

/** What the files of a folder may import by path, besides each other and the built package by its name. */
const LAYERS: Record<string, readonly string[]> = {
  src: [],
  'bin/terminal': [],
  bench: ['bin/terminal'],
  cli: ['bin/terminal'],
  bin: ['bench', 'cli'],
  site: [],
  scripts: [],
  examples: [],
  tools: ['src', 'bin/terminal', 'cli', 'test/support', 'rolldown.bench.config.mjs'],
};

describe('the folders', () => {
  const isBelow = (path: string, folder: string) =>
    path === folder || path.startsWith(`${folder}/`);
  const code = files.filter((path) => /\.(ts|mts|mjs|js)$/.test(path));

  it.each(Object.entries(LAYERS))('%s imports only %j', (folder, allowed) => {
    const inside = code.filter(
      (path) => isBelow(path, folder) && (folder !== 'bin' || !isBelow(path, 'bin/terminal')),
    );
    expect(inside).not.toHaveLength(0);
    for (const path of inside) {
      for (const [, target] of read(path).matchAll(/(?:from |import\(|import )'(\.[^']+)'/g)) {
        const imported = posix.join(path, '..', target);
        const isAllowed = [folder, ...allowed].some((one) => isBelow(imported, one));
        expect(isAllowed, `${path} imports ${imported}`).toBe(true);
      }
    }
  });
});

describe('the documents', () => {
  it('name every export', () => {
    const reference = read('docs/api.md');
    for (const name of Object.keys(entry)) expect(reference).toContain(name);
    const inspecting = read('docs/inspect.md');
    for (const name of Object.keys(inspector)) expect(inspecting).toContain(name);
  });

  it('give every error its line', () => {
    const reference = read('docs/errors.md');
    for (const violation of Object.values(entry.VIOLATION)) {
      const error = new entry.ProtocolError(violation, { offset: 0, role: 'server' });
      const pattern = `\\| \`${error.code}\` \\| ${error.closeCode} \\| §${error.section.replaceAll('.', '\\.')} \\|`;
      expect(reference).toMatch(new RegExp(pattern));
    }
  });

  it('lead only to files that are there', () => {
    for (const path of files.filter((name) => name.endsWith('.md'))) {
      for (const [, target] of read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        expect(existsSync(join(root, path, '..', target)), `${path} -> ${target}`).toBe(true);
      }
    }
  });
});
