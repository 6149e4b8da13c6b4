// Whether dist/ and node_modules are what they would be if they were made now.

import {
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BUILD_INPUTS,
  changeBetween,
  hashInputs,
  type Lock,
  missingPackage,
} from '../../scripts/inputs.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the build is made again', () => {
  const base = mkdtempSync(join(tmpdir(), 'wsimd-inputs-'));
  const at = (path: string) => join(base, path);
  const append = (path: string) => writeFileSync(at(path), `${readFileSync(at(path), 'utf8')}\n`);
  const before = hashInputs(root);

  beforeEach(() => {
    rmSync(base, { recursive: true, force: true });
    const filter = (path: string) => !path.includes('node_modules', root.length);
    for (const path of BUILD_INPUTS)
      cpSync(join(root, path), at(path), { recursive: true, filter });
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  const why = () => changeBetween(before, hashInputs(base));

  it('not for a copy of the same', () => expect(why()).toBeUndefined());

  it.each([
    ...['assembly/scan.ts', 'src/protocol/header.ts', 'bench/cli.ts', 'bin/wsimd.ts'],
    ...BUILD_INPUTS.filter((path) => path.includes('.')),
  ])('where %s is changed, with the time it had', (path) => {
    append(path);
    utimesSync(at(path), new Date(0), new Date(0));
    expect(why()).toBe(`${path} was changed`);
  });

  it.each([
    'tsconfig.json',
    'tsconfig.build.json',
    'asconfig.json',
    'rolldown.config.mjs',
    'rolldown.bench.config.mjs',
    'package-lock.json',
    'src/protocol/header.ts',
    'assembly/scan.ts',
  ])('where %s is deleted', (path) => {
    rmSync(at(path));
    expect(why()).toBe(`${path} was deleted`);
  });

  it('where a file is new, or has another name', () => {
    writeFileSync(at('src/extra.ts'), '');
    expect(why()).toBe('src/extra.ts is new');
    rmSync(at('src/extra.ts'));
    renameSync(at('src/js.ts'), at('src/other.ts'));
    expect(why()).toBe('src/js.ts was deleted');
  });

  it('not where only times are others, or what is made in between', () => {
    utimesSync(at('src/js.ts'), new Date(), new Date());
    append('src/kernel/wasm-module.gen.ts');
    cpSync(at('src/js.ts'), at('bench/competitors/node_modules/some/index.ts'));
    writeFileSync(at('src/.js.ts.swp'), '');
    expect(why()).toBeUndefined();
  });
});

describe('the inputs of the build', () => {
  const inputs = hashInputs(root);

  it.each(['rolldown.config.mjs', 'rolldown.bench.config.mjs'])(
    'are all that %s bundles',
    async (name) => {
      const { default: config } = await import(
        /* @vite-ignore */ pathToFileURL(join(root, name)).href
      );
      for (const { output, ...options } of [config].flat()) {
        const bundle = await rolldown({ ...options, cwd: root });
        const { output: parts } = await bundle.generate(output);
        await bundle.close();
        const modules = parts.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
        const own = modules
          .map((id) => relative(root, id.replace(/\?raw$/, '')).replaceAll('\\', '/'))
          .filter((path) => !/^\.\.|node_modules|rolldown\/runtime|\.gen\.ts$/.test(path));
        expect(own.length).toBeGreaterThan(0);
        for (const path of own) expect(Object.keys(inputs)).toContain(path);
      }
    },
  );
});

describe('packages are installed again', () => {
  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/elsewhere': { version: '1.0.0', optional: true },
      'node_modules/linked': { link: true },
    },
  };
  const installed = (a?: object): Lock => ({ packages: a ? { 'node_modules/a': a } : {} });

  it.each([
    ['not where all are there', { version: '1.0.0', integrity: 'sha512-a' }, undefined],
    ['not where npm noted no hash', { version: '1.0.0' }, undefined],
    ['where one is missing', undefined, 'node_modules/a is missing'],
    ['where one is older', { version: '0.9.0' }, 'node_modules/a is 0.9.0, not 1.0.0'],
    [
      'where one is another of the same version',
      { version: '1.0.0', integrity: 'sha512-b' },
      'node_modules/a is another 1.0.0',
    ],
  ])('%s', (_, a, why) => {
    expect(missingPackage(lock, installed(a))).toBe(why);
  });

  it('not here, after npm ci', () => {
    const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
    const found = read('node_modules/.package-lock.json');
    expect(missingPackage(read('package-lock.json'), found)).toBeUndefined();
  });
});
