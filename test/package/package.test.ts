// The package as it is shipped: packed, installed in an empty folder, and used from there by every way in.

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, Installed, root } from './support/installed.ts';

let installed: Installed;
let folder = '';
let tarball = '';
const run: Installed['run'] = (...args) => installed.run(...args);

beforeAll(() => {
  installed = new Installed();
  ({ folder, tarball } = installed);
});

afterAll(() => installed.remove());

/** Decodes RFC 6455 §5.7's "Hello" and a run of it, and prints the backend and the texts. */
const DECODE = `
const hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
const decoder = new Decoder({ role: 'server', delivery: 'string' });
const texts = [...decoder.decode(Uint8Array.from(hello)), ...decoder.decode(Uint8Array.from(Array(50).fill(hello).flat()))];
const sent = new Encoder({ role: 'client' }).text('안녕');
const [back] = new Decoder({ role: 'server', delivery: 'string' }).decode(sent);
console.log(decoder.backend, texts.length, new Set(texts.map(({ data }) => data)).size, texts[50].data, back.data);
`;
const DECODED = '51 1 Hello 안녕';

const EXPORTS = [
  ...[
    'BatchWriter',
    'Decoder',
    'Encoder',
    'PreparedMessage',
    'ProtocolError',
    'VIOLATION',
    'backend',
  ],
  ...['isValidUTF8', 'mask', 'parseFrameHeader', 'prepare', 'ready', 'unmask', 'writeFrameHeader'],
];

describe('every entry has its exports', () => {
  const print = 'console.log(JSON.stringify(Object.keys(m).sort()))';
  const adapters = {
    'wsimd/bufferutil': ['default', 'mask', 'module.exports', 'unmask'],
    'wsimd/utf-8-validate': ['default', 'isValidUTF8', 'module.exports'],
  };
  const inspector = [
    ...['ParseBytesError', 'closeCodeMeaning', 'describeMessage', 'inspect'],
    ...['inspectConversation', 'parseBytes', 'readHead'],
  ];
  const entries = { wsimd: EXPORTS, 'wsimd/js': EXPORTS, 'wsimd/inspect': inspector, ...adapters };

  it.each(Object.entries(entries))('import %s', (entry, names) => {
    expect(JSON.parse(run('a.mjs', `import * as m from '${entry}'; ${print}`))).toEqual(names);
  });

  it.each(['wsimd', 'wsimd/js'])('require %s', (entry) => {
    const names = JSON.parse(run('a.cjs', `const m = require('${entry}'); ${print}`));
    expect(names.filter((name: string) => name !== '__esModule')).toEqual(EXPORTS);
  });

  it('require of the adapters gives what the packages they stand for give', () => {
    const printed = run(
      'b.cjs',
      `const { mask, unmask } = require('wsimd/bufferutil'); const isValid = require('wsimd/utf-8-validate');
       const b = Buffer.from([1, 2, 3]); unmask(b, Buffer.from([1, 1, 1, 1]));
       console.log(typeof mask, b.toString('hex'), isValid(Buffer.from('안')), isValid(Buffer.from([255])));`,
    );
    expect(printed).toBe('function 000302 true false');
  });

  it('the module itself, as a file', () => {
    const source = `import { readFileSync } from 'node:fs'; import { createRequire } from 'node:module';
      const path = createRequire(import.meta.url).resolve('wsimd/wsimd.wasm');
      const module = new WebAssembly.Module(readFileSync(path));
      console.log(WebAssembly.Module.exports(module).some(({ name }) => name === 'scan'));`;
    expect(run('c.mjs', source)).toBe('true');
  });
});

describe('the installed package decodes and encodes', () => {
  const imports = (entry: string) => `import { Decoder, Encoder } from '${entry}';${DECODE}`;

  it('on WebAssembly', () => {
    expect(run('d.mjs', imports('wsimd'))).toBe(`wasm ${DECODED}`);
  });

  it('by require', () => {
    expect(run('d.cjs', `const { Decoder, Encoder } = require('wsimd');${DECODE}`)).toBe(
      `wasm ${DECODED}`,
    );
  });

  it('on JavaScript, when told', () => {
    expect(run('d.mjs', imports('wsimd'), [], { WSIMD_BACKEND: 'js' })).toBe(`js ${DECODED}`);
    expect(run('d.mjs', imports('wsimd/js'))).toBe(`js ${DECODED}`);
  });

  it('where there is no WebAssembly', () => {
    expect(
      run(
        'd.mjs',
        `delete globalThis.WebAssembly; const { Decoder, Encoder } = await import('wsimd');${DECODE}`,
      ),
    ).toBe(`js ${DECODED}`);
  });

  it('where WebAssembly cannot be compiled, and says so where it was asked for', () => {
    const broken =
      'WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError("no"); } };';
    expect(run('e.mjs', `import { Decoder, Encoder } from 'wsimd'; ${broken}${DECODE}`)).toBe(
      `js ${DECODED}`,
    );
    expect(() =>
      run('e.mjs', `import { Decoder, Encoder } from 'wsimd'; ${broken}${DECODE}`, [], {
        WSIMD_BACKEND: 'wasm',
      }),
    ).toThrow(/the wasm backend cannot be had here/);
  });

  it('where the module gives wrong answers', () => {
    const lying = `const { Instance } = WebAssembly; WebAssembly.Instance = function (...args) {
      const { exports } = new Instance(...args); return { exports: { ...exports, scan: () => 3 } }; };`;
    expect(run('e.mjs', `import { Decoder, Encoder } from 'wsimd'; ${lying}${DECODE}`)).toBe(
      `js ${DECODED}`,
    );
  });

  it.each([
    ['code generation from strings is forbidden', ['--disallow-code-generation-from-strings']],
    ['the intrinsics are frozen', ['--frozen-intrinsics']],
    ['__proto__ is gone', ['--disable-proto=delete']],
  ])('where %s', (_name, flags) => {
    expect(run('f.mjs', imports('wsimd'), flags)).toMatch(new RegExp(`^(wasm|js) ${DECODED}$`));
  });

  it('with a wrong WSIMD_BACKEND, not at all', () => {
    expect(() => run('g.mjs', imports('wsimd'), [], { WSIMD_BACKEND: 'simd' })).toThrow(
      /'wasm' or 'js'/,
    );
  });

  it('inspects by itself, with nothing of Node and no WebAssembly', () => {
    const text = readFileSync(
      join(folder, 'node_modules', 'wsimd', 'dist', 'inspect', 'index.js'),
      'utf8',
    );
    expect(text).not.toMatch(/^\s*import\b|\bimport\(|\brequire\(/m);
    const source = `for (const name of ['WebAssembly', 'Buffer', 'process']) delete globalThis[name];
      const { inspect } = await import('wsimd/inspect');
      const { messages } = inspect(Uint8Array.of(0xc1, 7, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 7, 0), { deflate: true });
      console.log(messages[0].text);`;
    expect(run('j.mjs', source)).toBe('Hello');
  });

  it('in two worker threads and the main one', () => {
    const source = `import { Worker, isMainThread, parentPort } from 'node:worker_threads';
      import { Decoder, Encoder } from 'wsimd';
      if (isMainThread) {
        let left = 2;
        for (let i = 0; i < 2; i++) new Worker(new URL(import.meta.url)).on('exit', () => { if (--left === 0) { ${DECODE} } });
      } else { ${DECODE.replace('console.log(', '[].concat(')} }`;
    expect(run('h.mjs', source)).toBe(`wasm ${DECODED}`);
  });

  it('importing does nothing', () => {
    const source = `const { Module } = WebAssembly; let count = 0;
      WebAssembly.Module = function (...args) { count++; return new Module(...args); };
      const { Decoder } = await import('wsimd'); const before = count; new Decoder({ role: 'client' });
      new Decoder({ role: 'client' }); console.log(before, count);`;
    expect(run('i.mjs', source)).toBe('0 1');
  });
});

describe('what is shipped', () => {
  const shipped = () => join(folder, 'node_modules', 'wsimd');
  const files = (at: string): string[] =>
    readdirSync(at).flatMap((name) => {
      const path = join(at, name);
      return statSync(path).isDirectory() ? files(path) : [path];
    });

  it('has no dependencies, and brings none', () => {
    const manifest = JSON.parse(readFileSync(join(shipped(), 'package.json'), 'utf8'));
    expect(manifest.dependencies).toBeUndefined();
    expect(
      readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    ).toEqual(['wsimd']);
  });

  it('names the versions of Node that require() ES modules', () => {
    const manifest = JSON.parse(readFileSync(join(shipped(), 'package.json'), 'utf8'));
    expect(manifest.engines).toEqual({ node: '^20.19.0 || >=22.12.0' });
  });

  it('is the build, the licence and the documents', () => {
    const names = files(shipped()).map((path) =>
      path.slice(shipped().length + 1).replaceAll('\\', '/'),
    );
    const others = names.filter((name) => !/^dist\/[\w/.-]+\.(js|d\.ts|wasm)$/.test(name));
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  });

  it('stays small', () => {
    const sizeOf = (name: RegExp) =>
      files(shipped())
        .filter((path) => name.test(path))
        .reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
    expect(
      sizeOf(/dist[\\/](?!bench|edge|adapters|streams|inspect|chunks[\\/]accelerate).*\.js$/),
    ).toBeLessThan(42 * 1024);
    expect(sizeOf(/dist[\\/]edge[\\/](?!streams).*\.js$/)).toBeLessThan(36 * 1024);
    expect(sizeOf(/dist[\\/](adapters|chunks[\\/]accelerate).*\.js$/)).toBeLessThan(15 * 1024);
    expect(sizeOf(/dist[\\/](edge[\\/])?streams\.js$/)).toBeLessThan(31 * 1024);
    expect(sizeOf(/dist[\\/]inspect.*\.js$/)).toBeLessThan(26 * 1024);
    expect(statSync(join(shipped(), 'dist', 'wsimd.wasm')).size).toBeLessThanOrEqual(8192);
  });

  it('passes publint and arethetypeswrong', () => {
    execFileSync(process.execPath, [bin('publint'), 'run', tarball, '--strict'], { cwd: root });
    const attw = spawnSync(
      process.execPath,
      [
        bin('attw', '@arethetypeswrong/cli'),
        tarball,
        '--format',
        'json',
        '--profile',
        'esm-only',
        '--exclude-entrypoints',
        'wsimd.wasm',
      ],
      { cwd: root, encoding: 'utf8' },
    );
    expect(attw.status, attw.stdout + attw.stderr).toBe(0);
  });
});

describe('the types', () => {
  const PROGRAM = `
import { BatchWriter, Decoder, Encoder, ProtocolError, parseFrameHeader, prepare, ready, type Handlers } from 'wsimd';
import { Decoder as JsDecoder } from 'wsimd/js';
import bufferutil, { mask } from 'wsimd/bufferutil';
import isValidUTF8 from 'wsimd/utf-8-validate';
import { inspect, parseBytes, type Inspection } from 'wsimd/inspect';

const inspection: Inspection = inspect(parseBytes('8100'), { role: 'server', deflate: { serverMaxWindowBits: 10 } });
inspection.frames[0].fields[0].meaning satisfies string;
inspection.problem?.closeCode satisfies number | undefined;
// @ts-expect-error: no such role
inspect(new Uint8Array(1), { role: 'both' });
const views = new Decoder({ role: 'server' }, { message(data, isBinary) { data.byteLength; isBinary satisfies boolean; } });
// @ts-expect-error: a view is no string
new Decoder({ role: 'server' }, { message(data) { data.trim(); } });
const strings = new Decoder({ role: 'client', delivery: 'string' }, {
  message(data) { if (typeof data === 'string') data.trim(); else data.byteLength; },
  error(error) { error.code satisfies string; error.closeCode satisfies number; error satisfies ProtocolError; },
});
// @ts-expect-error: role is needed
new Decoder({});
// @ts-expect-error: no such delivery
new Decoder({ role: 'client', delivery: 'buffer' });
views.write(new Uint8Array(1)) satisfies boolean;
for (const event of strings.decode(new ArrayBuffer(1))) if (event.type === 'close') event.reason satisfies string;
new Encoder({ role: 'client' }).text('a') satisfies Uint8Array;
new BatchWriter({ role: 'server' }, () => {}).take() satisfies Uint8Array[];
prepare('a').frame satisfies Uint8Array;
parseFrameHeader(new Uint8Array(2))?.payloadLength satisfies number | undefined;
const handlers: Handlers<'borrowed'> = { message(bytes, _isBinary, start, end) { bytes.subarray(start, end); } };
new JsDecoder({ role: 'client', delivery: 'borrowed' }, handlers);
ready() satisfies Promise<'wasm' | 'js'>;
ready(fetch('/wsimd.wasm'));
ready(new Response()) satisfies Promise<'wasm' | 'js'>;
ready(new Uint8Array(1));
declare const module: WebAssembly.Module;
ready(module);
// @ts-expect-error: an address is not fetched
ready('/wsimd.wasm');
mask(new Uint8Array(1), new Uint8Array(4), new Uint8Array(1), 0, 1);
bufferutil.unmask(new Uint8Array(1), new Uint8Array(4));
isValidUTF8(new Uint8Array(1)) satisfies boolean;
`;

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('hold for a user’s program, module %s, resolution %s', (module, moduleResolution) => {
    const lib = ['es2022', 'dom'];
    expect(installed.check(PROGRAM, { module, moduleResolution, lib, types: [] })).toBe('');
  });

  it('need no types of a page', () => {
    const program =
      "import { Decoder, ready } from 'wsimd'; ready(); new Decoder({ role: 'client' });";
    const resolution = { module: 'nodenext', moduleResolution: 'nodenext' };
    expect(installed.check(program, { ...resolution, lib: ['es2022'], types: [] })).toBe('');
  });
});
