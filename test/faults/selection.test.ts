// Which kernel is chosen, by what it is asked for, by the environment and by what can be had; and where the
// module comes from. Each choice is made once, so each test has modules of its own.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '../../src/index.ts';
import type { ModuleSource } from '../../src/kernel/module-source.ts';
import { WASM_BASE64 } from '../../src/kernel/wasm-module.gen.ts';

const binary = Uint8Array.from(atob(WASM_BASE64), (letter) => letter.charCodeAt(0));
const EMPTY = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const refusal = new Error('not here');

async function fresh(environment = '') {
  vi.stubEnv('WSIMD_BACKEND', environment);
  vi.resetModules();
  return import('../../src/kernel/select.ts');
}

function causeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as Error).cause;
  }
  throw new Error('it did not fail');
}

/** Makes it impossible to compile, from now on. */
function forbid(...names: ('Module' | 'compile' | 'compileStreaming')[]): void {
  for (const name of names) {
    vi.spyOn(WebAssembly, name).mockImplementation(function refuse() {
      throw refusal;
    } as never);
  }
}

/** Node has the class only once something was fetched or answered. */
beforeEach(() => {
  new Response();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('selectKernel', () => {
  it.each([
    ['', undefined, 'wasm'],
    ['wasm', undefined, 'wasm'],
    ['js', undefined, 'js'],
    ['js', 'wasm', 'wasm'],
    ['wasm', 'js', 'js'],
  ])('environment %j, asked for %s: %s', async (environment, requested, expected) => {
    const { selectKernel } = await fresh(environment);
    const kernel = selectKernel(requested as Backend | undefined);
    expect(kernel.backend).toBe(expected);
    expect(selectKernel(requested as Backend | undefined)).toBe(kernel);
    expect(selectKernel(kernel.backend)).toBe(kernel);
  });

  it('throws a TypeError on another name, from the environment too', async () => {
    const { selectKernel } = await fresh('native');
    expect(() => selectKernel()).toThrow(
      new TypeError(`backend must be 'wasm' or 'js', not "native"`),
    );
    expect(() => selectKernel('simd' as Backend)).toThrow(TypeError);
  });

  it('compiles nothing for JavaScript, and once for WebAssembly, even where that fails', async () => {
    forbid('Module');
    const { selectKernel } = await fresh();
    selectKernel('js');
    expect(WebAssembly.Module).not.toHaveBeenCalled();
    expect(selectKernel().backend).toBe('js');
    for (let i = 0; i < 2; i++) {
      expect(() => selectKernel('wasm')).toThrow('the wasm backend cannot be had here');
    }
    expect(WebAssembly.Module).toHaveBeenCalledTimes(1);
    expect(causeOf(() => selectKernel('wasm'))).toBe(refusal);
  });

  it('takes no environment that must not be looked at for none', async () => {
    const { selectKernel } = await fresh();
    vi.spyOn(process, 'env', 'get').mockImplementation(() => {
      throw refusal;
    });
    expect(selectKernel().backend).toBe('wasm');
  });
});

describe('ready', () => {
  const sources: [string, () => ModuleSource | undefined][] = [
    ['nothing', () => undefined],
    ['bytes', () => binary.slice()],
    ['an ArrayBuffer', () => binary.slice().buffer],
    ['a module', () => new WebAssembly.Module(binary)],
    ['bytes of another module', () => EMPTY.slice()],
    ['bytes that are none', () => new Uint8Array(8)],
  ];

  it.each(sources)('resolves to wasm, given %s', async (_name, source) => {
    const given = source();
    const { ready, selectKernel } = await fresh();
    forbid('Module');
    expect(await ready(given)).toBe('wasm');
    expect(selectKernel().backend).toBe('wasm');
    expect(selectKernel()).toBe(selectKernel('wasm'));
  });

  it.each([
    ['nothing', (): unknown => undefined, 1, 0],
    ['bytes', () => binary.slice(), 1, 0],
    ['a part of an ArrayBuffer', () => Uint8Array.of(7, ...binary).subarray(1), 1, 0],
    ['a module', () => new WebAssembly.Module(binary), 0, 0],
    ['a promise that fails', () => Promise.reject(refusal), 1, 0],
    ['a response of the wrong type', () => new Response(binary), 1, 1],
  ] as const)('compiles as it must, given %s', async (_name, source, compiled, streamed) => {
    const given = source() as ModuleSource;
    const { ready } = await fresh();
    const compile = vi.spyOn(WebAssembly, 'compile');
    const stream = vi.spyOn(WebAssembly, 'compileStreaming');
    expect(await ready(given)).toBe('wasm');
    expect([compile.mock.calls.length, stream.mock.calls.length]).toEqual([compiled, streamed]);
    expect(await ready()).toBe('wasm');
    expect(compile.mock.calls.length).toBe(compiled);
  });

  it('takes a response while it streams in', async () => {
    const { ready } = await fresh();
    const compile = vi.spyOn(WebAssembly, 'compile');
    const type = { headers: { 'content-type': 'application/wasm' } };
    expect(await ready(Promise.resolve(new Response(binary, type)))).toBe('wasm');
    expect(compile).not.toHaveBeenCalled();
  });

  it('makes nothing where JavaScript was asked for, and minds no failure', async () => {
    const { ready, selectKernel } = await fresh('js');
    const compile = vi.spyOn(WebAssembly, 'compile');
    expect(await ready(Promise.reject(refusal))).toBe('js');
    expect(compile).not.toHaveBeenCalled();
    expect(selectKernel().backend).toBe('js');
  });

  it('goes by the environment afterwards', async () => {
    const { ready, selectKernel } = await fresh('wasm');
    expect(await ready()).toBe('wasm');
    expect(selectKernel()).toBe(selectKernel('wasm'));
  });

  it('falls back to JavaScript where nothing can be compiled, and tells why when asked', async () => {
    const { ready, selectKernel } = await fresh();
    forbid('Module', 'compile', 'compileStreaming');
    expect(await ready(binary.slice())).toBe('js');
    expect(causeOf(() => selectKernel('wasm'))).toBe(refusal);
    expect(WebAssembly.Module).not.toHaveBeenCalled();
  });

  it('rejects where the environment asks for what cannot be had', async () => {
    const { ready } = await fresh('wasm');
    forbid('Module', 'compile');
    await expect(ready()).rejects.toThrow('cannot be had');
  });

  it.each(['/wsimd.wasm', 7, null, true])('throws a TypeError on %j', async (source) => {
    const { ready } = await fresh();
    const message = 'ready() takes a Response, bytes, or a WebAssembly.Module';
    await expect(ready(source as never)).rejects.toThrow(new TypeError(message));
  });
});
