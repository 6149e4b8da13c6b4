// The package as a user has it: packed, and installed in an empty folder.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand } from '../../../scripts/npm.mjs';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The program of a package, for Node; what is in node_modules/.bin is a batch file on Windows. */
export function bin(name: string, owner = name): string {
  const folder = join(root, 'node_modules', owner);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name]);
}

export class Installed {
  readonly folder = mkdtempSync(join(tmpdir(), 'wsimd-package-'));
  readonly tarball: string;

  /** `manifest`: of the user's package.json; `files`: what lies beside it before the installation. */
  constructor(manifest: object = {}, files: Record<string, string> = {}) {
    const pack = npmCommand(
      'pack',
      '--ignore-scripts',
      '--json',
      '--pack-destination',
      this.folder,
    );
    const packed = execFileSync(...pack, { cwd: root, encoding: 'utf8' });
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
    this.tarball = join(this.folder, filename);
    this.write('package.json', JSON.stringify({ name: 'user', private: true, ...manifest }));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync(...npmCommand('install', ...quietly, this.tarball), { cwd: this.folder });
  }

  write(file: string, text: string): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** Runs a program in the user's folder; returns what it printed. Throws what it said where it failed. */
  run(
    file: string,
    source: string,
    flags: string[] = [],
    env: Record<string, string> = {},
  ): string {
    this.write(file, source);
    const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, file], {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...process.env, WSIMD_BACKEND: '', ...env },
    });
    if (status !== 0) throw new Error(`status ${status}\n${stdout}\n${stderr}`);
    return stdout.trim();
  }

  /** Checks the types of a program; returns what the compiler says. */
  check(source: string, options: object): string {
    this.write('types.mts', source);
    const compilerOptions = {
      ...{ target: 'es2022', strict: true, noEmit: true, skipLibCheck: false },
      ...options,
    };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['types.mts'] }));
    const arguments_ = [bin('tsc', 'typescript'), '-p', this.folder];
    return spawnSync(process.execPath, arguments_, { encoding: 'utf8' }).stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
