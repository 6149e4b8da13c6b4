// `ready()` as it is shipped: from what is embedded, from what it is given, and where that is of no use. Each
// in a process of its own, for the choice is made once.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installed } from './support/installed.ts';

let installed: Installed;
beforeAll(() => {
  installed = new Installed();
});
afterAll(() => installed.remove());

/** Every way to compile is counted; prints the count, what was resolved to, and what runs. */
const PROGRAM = `
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { backend, ready } from 'wsimd';
const file = readFileSync(createRequire(import.meta.url).resolve('wsimd/wsimd.wasm'));
const respond = (body, type, status = 200) => new Response(body, { status, headers: { 'content-type': type } });
const wasm = 'application/wasm';
new Response(); // Node itself compiles a module then.
const counts = { compile: 0, compileStreaming: 0 };
for (const name of Object.keys(counts)) {
  const real = WebAssembly[name];
  WebAssembly[name] = async (source) => { const module = await real(source); counts[name]++; return module; };
}
let made = 0;
const { Module } = WebAssembly;
const module = new Module(file);
WebAssembly.Module = new Proxy(Module, { construct: (...args) => (made++, Reflect.construct(...args)) });
const resolved = await ready(SOURCE);
console.log(counts.compile, counts.compileStreaming, made, resolved, backend());
`;
const run = (source: string, env: Record<string, string> = {}): string =>
  installed.run('ready.mjs', PROGRAM.replace('SOURCE', source), [], env);

describe('ready', () => {
  it.each([
    ['nothing', '', '1 0 0 wasm wasm'],
    ['a response', 'respond(file, wasm)', '0 1 0 wasm wasm'],
    ['the promise of one', 'Promise.resolve(respond(file, wasm))', '0 1 0 wasm wasm'],
    ['bytes', 'file', '1 0 0 wasm wasm'],
    ['an ArrayBuffer', 'new Uint8Array(file).buffer', '1 0 0 wasm wasm'],
    ['a module', 'module', '0 0 0 wasm wasm'],
  ])('takes %s', (_name, source, printed) => {
    expect(run(source)).toBe(printed);
  });

  const empty = '[0, 97, 115, 109, 1, 0, 0, 0]';
  it.each([
    ['of another type', "respond(file, 'text/plain')", '1 0 0 wasm wasm'],
    ['that says 404', 'respond(file, wasm, 404)', '1 0 0 wasm wasm'],
    ['that is garbage', "respond('garbage', wasm)", '1 0 0 wasm wasm'],
    [
      'used already',
      'await (async (r) => (await r.text(), r))(respond(file, wasm))',
      '1 0 0 wasm wasm',
    ],
    ['that never came', "Promise.reject(new Error('offline'))", '1 0 0 wasm wasm'],
    ['of another module', `respond(Uint8Array.from(${empty}), wasm)`, '1 1 0 wasm wasm'],
  ])('takes what is embedded in place of a response %s', (_name, source, printed) => {
    expect(run(source)).toBe(printed);
  });

  it('needs nothing where JavaScript was asked for', () => {
    const source = "Promise.reject(new Error('offline'))";
    expect(run(source, { WSIMD_BACKEND: 'js' })).toBe('0 0 0 js js');
  });

  it.each(["'/wsimd.wasm'", '7', 'null'])('throws a TypeError on %s', (source) => {
    expect(() => run(source)).toThrow(/TypeError: ready\(\) takes a Response/);
  });
});
