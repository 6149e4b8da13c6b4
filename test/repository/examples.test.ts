// The code in the documents runs as it stands there, against the built package.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every block of code of a document that imports something, with the output it promises below it. */
function examplesOf(path: string): { line: number; code: string; output: string | undefined }[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/```(?:ts|js)\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs)]
    .filter(([, code]) => code.includes("from 'wsimd"))
    .map(({ index, 1: code, 2: output }) => ({
      line: text.slice(0, index).split('\n').length,
      code,
      output,
    }));
}

const names = [
  'api',
  'browser',
  'errors',
  'guide-migration',
  'guide-transports',
  'inspect',
  'streams',
  'ws',
];
const documents = names.map((name) => `docs/${name}.md`);
documents.push('README.md');

describe.each(documents)('%s', (path) => {
  const examples = examplesOf(path);

  it('has examples', () => expect(examples.length).toBeGreaterThan(0));

  it.each(examples)('line $line runs', ({ code, output }) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', code],
      { cwd: root, encoding: 'utf8', timeout: 20_000 },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    if (output !== undefined) expect(stdout).toBe(output);
  });
});
