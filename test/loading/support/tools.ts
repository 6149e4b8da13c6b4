// The real tools, by their command lines, each in a folder of its own.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('..', import.meta.url));
const runFile = promisify(execFile);

/** What `decode` of apps/decode.js returns on a backend. */
export function decodedOn(backend: 'wasm' | 'js', first: string = backend): object {
  return { first, later: backend, decoder: backend, count: 50, text: 'Hello' };
}

/** A user's project: the apps, a page for one of them, and what is installed. */
export class Project {
  readonly folder: string;
  readonly out: string;

  /** `script` is the app the page loads. */
  constructor(script: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'wsimd-loading-'));
    this.out = join(this.folder, 'out');
    cpSync(join(folder, 'apps'), this.folder, { recursive: true });
    symlinkSync(join(folder, 'node_modules'), join(this.folder, 'node_modules'), 'junction');
    writeFileSync(join(this.folder, 'package.json'), '{ "private": true, "type": "module" }');
    writeFileSync(join(this.folder, 'index.html'), page(script));
  }

  /** Writes the page for tools that make none. */
  writePage(script: string): void {
    mkdirSync(this.out, { recursive: true });
    writeFileSync(join(this.out, 'index.html'), page(script));
  }

  /** Runs a tool's command line, or `node`'s; returns what it printed. Throws what it said where it failed. */
  async run(tool: string, ...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      ...{ NODE_ENV: undefined, VITEST: undefined, WSIMD_BACKEND: undefined },
      ...{ WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', CI: '1' },
    };
    const path = tool === 'node' ? process.execPath : join(folder, 'node_modules', '.bin', tool);
    const options = { cwd: this.folder, env, maxBuffer: 1 << 26 };
    try {
      return (await runFile(path, args, options)).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${tool} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function page(script: string): string {
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>wsimd</title></head>
  <body><script type="module" src="./${script}"></script></body>
</html>
`;
}
