// Where Node is told to be strict: every entry of the built package works in a process whose intrinsics are frozen, or
// where no code is made of strings.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { programPath, run } from './support/run.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What the codec says on a backend. */
const codec = (backend: string) => [backend, 105, true, true, 'WS_ERR_INVALID_UTF8'];
const echo = [true, true, 1000, true, true, 1000, 1002, 'WS_ERR_INVALID_OPCODE'];
const expected = (backend: string) => ({
  wsimd: codec(backend),
  'wsimd/js': codec('js'),
  'wsimd/inspect': ['Hello', 'WS_ERR_INVALID_UTF8'],
  'wsimd/bufferutil': [6, 5, true],
  'wsimd/utf-8-validate': [true, false],
  'wsimd/streams': [true, true, 1000, true, 'WS_ERR_INVALID_UTF8'],
  'wsimd/ws': echo,
  // Stock ws: Node itself can do it.
  ws: echo,
  'wsimd/register': [true, ...echo],
});

const FROZEN = '--frozen-intrinsics';
const NO_CODE = '--disallow-code-generation-from-strings';

describe.each([
  ['the intrinsics are frozen', [FROZEN], { isFrozen: true, makesCode: true }],
  // It is no code made of a string, so WebAssembly is chosen by itself.
  ['no code is made of strings', [NO_CODE], { isFrozen: false, makesCode: false }],
  [
    'neither may be, and __proto__ throws',
    [FROZEN, NO_CODE, '--disable-proto=throw'],
    { isFrozen: true, makesCode: false },
  ],
])('where %s', (_name, flags, how) => {
  it.concurrent.each(['wasm', 'js'])('every entry works, on %s', async (backend) => {
    const env = { WSIMD_BACKEND: backend === 'wasm' ? '' : backend };
    const command = [process.execPath, ...flags, programPath('entries')];
    const { end, printed } = await run(command, env);
    expect([end, printed]).toEqual([0, { ...how, ...expected(backend) }]);
  });
});

it('all entries of the package are among them', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.keys(exports).filter((name) => !/\.(json|wasm)$/.test(name));
  const names = entries.map((name) => name.replace('.', 'wsimd'));
  expect([...names, 'ws'].sort()).toEqual(Object.keys(expected('wasm')).sort());
});

it('the build makes no code of strings', () => {
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
  const scripts = files.filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(20);
  const guilty = scripts.filter((name) =>
    /\beval\s*\(|\bFunction\s*\(/.test(readFileSync(join(root, 'dist', name), 'utf8')),
  );
  expect(guilty).toEqual([]);
});
