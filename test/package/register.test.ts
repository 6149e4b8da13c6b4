// `wsimd/register` with programs whose ws is not the usual one, by `--import` and by `-r`.

import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installed } from './support/installed.ts';

let installed: Installed;

beforeAll(() => {
  installed = new Installed({ dependencies: { ws: '8.23.0' } });
});

afterAll(() => installed.remove());

/** Runs a file in a folder of its own with further flags; what it printed, and the warnings that have a code. */
function run(folder: string, args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: join(installed.folder, folder),
    encoding: 'utf8',
    timeout: 30_000,
  });
  const warnings = stderr.split('\n').filter((line) => line.includes('[WSIMD'));
  return { stdout: stdout.trim(), stderr, warnings, status };
}

const WAYS = [['--import'], ['-r']];

/** Manifest of a package named ws, and its files. */
type Broken = [manifest: unknown, files: Record<string, string>, warning: RegExp];

const BROKEN: Record<string, Broken> = {
  'without a require export': [
    { exports: { import: './index.mjs' } },
    { 'index.mjs': 'export default class WebSocket {};' },
    /No "exports" main defined/,
  ],
  'with other conditions only': [
    { exports: { browser: './index.js' } },
    { 'index.js': '' },
    /No "exports" main defined/,
  ],
  'without any export of the main entry': [
    { exports: { './lib': './index.js' } },
    { 'index.js': '' },
    /No "exports" main defined/,
  ],
  'with exports that are not valid': [
    { exports: { '.': 'index.js' } },
    { 'index.js': '' },
    /Invalid "exports" main target/,
  ],
  'with a top-level await': [
    { type: 'module', exports: './index.js' },
    { 'index.js': 'await 1; export default class WebSocket {};' },
    /ESM|await/,
  ],
  'that is an ES module, without the classes': [
    { type: 'module', exports: './index.js' },
    { 'index.js': 'export default class WebSocket {};' },
    /it has no Server/,
  ],
  'that throws an error while it loads': [
    {},
    { 'index.js': 'throw new Error("no luck\\nhere");' },
    /no luck\. Where/,
  ],
  'that throws something else while it loads': [
    {},
    { 'index.js': 'throw undefined;' },
    /undefined/,
  ],
  'that throws null while it loads': [{}, { 'index.js': 'throw null;' }, /null/],
  'that is not JavaScript': [{}, { 'index.js': 'class {' }, /Unexpected token/],
  'with a dependency that is missing': [
    {},
    { 'index.js': 'require("not-installed");' },
    /Cannot find module 'not-installed'/,
  ],
  'with a main file that is missing': [{ main: 'lost.js' }, {}, /Cannot find module .*lost\.js/],
  'with a broken package.json': ['{ "name": ', { 'index.js': '' }, /package\.json/],
  'that exports nothing of ws': [{}, { 'index.js': 'module.exports = {};' }, /it has no WebSocket/],
};

let count = 0;

describe.each(WAYS)('%s wsimd/register, a ws', (flag) => {
  it.each(Object.entries(BROKEN))('%s: warns once, and the program runs', (_name, broken) => {
    const [manifest, files, warning] = broken;
    const folder = `broken-${count++}`;
    const text =
      typeof manifest === 'string'
        ? manifest
        : JSON.stringify({ name: 'ws', ...(manifest as object) });
    installed.write(`${folder}/node_modules/ws/package.json`, text);
    for (const [name, source] of Object.entries(files)) {
      installed.write(`${folder}/node_modules/ws/${name}`, source);
    }
    installed.write(`${folder}/program.cjs`, "console.log('runs');");
    const { stdout, stderr, warnings, status } = run(folder, [
      flag,
      'wsimd/register',
      'program.cjs',
    ]);
    expect({ stdout, status }, stderr).toEqual({ stdout: 'runs', status: 0 });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('[WSIMD_NOT_ACCELERATED] Warning: ');
    expect(warnings[0]).toMatch(warning);
  });

  it('that a broken one hides is accelerated where a dependency requires it', () => {
    installed.write('hides/node_modules/ws/package.json', '{ "name": "ws" }');
    installed.write('hides/node_modules/ws/index.js', 'throw new Error("broken");');
    const dependency = 'hides/node_modules/dependency';
    installed.write(`${dependency}/index.js`, "module.exports = require('ws').prototype;");
    const ws = join(installed.folder, dependency, 'node_modules', 'ws');
    cpSync(join(installed.folder, 'node_modules', 'ws'), ws, { recursive: true });
    installed.write(
      'hides/program.cjs',
      "console.log(require('dependency')[Symbol.for('wsimd.accelerated')]);",
    );
    const { stdout, warnings } = run('hides', [flag, 'wsimd/register', 'program.cjs']);
    expect(stdout).toBe('true');
    expect(warnings).toHaveLength(1);
  });

  it('that is an ES module with all the classes is accelerated', () => {
    const names = 'WebSocket, WebSocketServer, Receiver, Sender';
    installed.write(
      'module/node_modules/ws/package.json',
      '{ "name": "ws", "type": "module", "exports": "./index.js" }',
    );
    installed.write(
      'module/node_modules/ws/index.js',
      `export { ${names}, default } from '../../../node_modules/ws/wrapper.mjs';`,
    );
    installed.write(
      'module/program.mjs',
      "import { WebSocket } from 'ws'; console.log(WebSocket.prototype[Symbol.for('wsimd.accelerated')]);",
    );
    const { stdout, stderr } = run('module', [flag, 'wsimd/register', 'program.mjs']);
    expect(stdout, stderr).toBe('true');
  });

  it('that is not there: says nothing', () => {
    installed.write('none/node_modules/.keep', '');
    installed.write('none/program.cjs', "console.log('runs');");
    const hidden = 'process.argv[1] = "/nowhere/program.cjs";';
    installed.write('none/hide.cjs', hidden);
    const { stdout, stderr } = run('none', [
      '-r',
      './hide.cjs',
      flag,
      'wsimd/register',
      'program.cjs',
    ]);
    expect(stdout).toBe('runs');
    expect(stderr).not.toContain('WSIMD');
  });
});

const ACCELERATED = "console.log(WebSocket.prototype[Symbol.for('wsimd.accelerated')]);";
const REQUIRES = `const WebSocket = require('ws'); ${ACCELERATED}`;

/** Programs by file name; `hook` is one as ts-node has, for `.ts`. */
const PROGRAMS: [name: string, file: string, source: string, flags: string[]][] = [
  ['CommonJS', 'program.cjs', REQUIRES, []],
  ['ESM', 'program.mjs', `import WebSocket from 'ws'; ${ACCELERATED}`, []],
  ['no extension', 'program', REQUIRES, []],
  [
    '.ts, which a hook of require compiles',
    'hooked.ts',
    REQUIRES.replace('WebSocket', 'WebSocket: any'),
    ['-r', './hook.cjs'],
  ],
  ['.ts with nothing but JavaScript', 'plain.ts', REQUIRES, []],
];
const HOOK = `require('node:module')._extensions['.ts'] = (module, file) => {
  module._compile(require('node:fs').readFileSync(file, 'utf8').replace(': any', ''), file);
};`;

/** Node's loader of ES modules, which `--import` gives the program to, knows .ts since 22.18 and 24. */
const importTakesTs = Boolean(
  process.features && 'typescript' in process.features && process.features.typescript,
);

describe('accelerates the ws of a program', () => {
  const cases = WAYS.flatMap(([flag]) => PROGRAMS.map((program) => [flag, ...program] as const));

  it.each(cases)('%s, %s', (flag, _name, file, source, flags) => {
    installed.write(`programs/${file}`, source);
    installed.write('programs/hook.cjs', HOOK);
    const { stdout, stderr } = run('programs', [flag, 'wsimd/register', ...flags, file]);
    if (flag === '--import' && file.endsWith('.ts') && !importTakesTs) {
      expect(stderr).toContain('ERR_UNKNOWN_FILE_EXTENSION');
    } else {
      expect(stdout, stderr).toBe('true');
    }
  });
});
