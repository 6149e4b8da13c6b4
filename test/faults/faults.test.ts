// What goes wrong on this side: the connection it happens to ends with a typed error, and no other one.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { DecoderCore } from '../../src/codec/decoder.ts';
import type { DecoderOptions, Delivery } from '../../src/codec/options.ts';
import { Decoder, Encoder, type ProtocolError } from '../../src/index.ts';
import { createJsKernel } from '../../src/kernel/js.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { selectKernel } from '../../src/kernel/select.ts';
import { frame, join, utf8 } from '../support/bytes.ts';

const KEY = [1, 2, 3, 4];
const masked = (payload: Uint8Array, opcode = 2, fin = true) =>
  frame({ opcode, payload, fin, key: KEY });

/** The first bytes, and those up to another place. */
const cut = (bytes: Uint8Array, at: number, end: number) => [
  bytes.slice(0, at),
  bytes.slice(at, end),
];

/** A kernel that does as another, but for what is given. */
function broken(faults: Partial<Kernel>): Kernel {
  const kernel = selectKernel();
  return new Proxy(kernel, {
    get: (target, name) => faults[name as keyof Kernel] ?? Reflect.get(target, name, target),
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

function failing(error: Error): () => never {
  return () => {
    throw error;
  };
}

function decoderOn(kernel: Kernel, options: Partial<DecoderOptions<Delivery>> = {}) {
  const seen: unknown[] = [];
  const errors: ProtocolError[] = [];
  const decoder = new DecoderCore(
    kernel,
    { role: 'server', delivery: 'copy', ...options },
    { message: (data) => seen.push(data.length), error: (error) => errors.push(error) },
  );
  return { decoder, seen, errors };
}

afterEach(() => vi.restoreAllMocks());

describe('the kernel traps', () => {
  const trap = new WebAssembly.RuntimeError('unreachable');

  it.each([
    ['in a scan', { scan: failing(trap) }, [masked(new Uint8Array(10))]],
    [
      'in a scan of a header in two pieces',
      { scan: failing(trap) },
      [Uint8Array.of(0x82), Uint8Array.of(0x80, 1)],
    ],
    [
      'while a long payload is unmasked',
      { mask: failing(trap) },
      cut(masked(new Uint8Array(9000)), 100, 8000),
    ],
    [
      'while a fragment of text is checked',
      { checkUtf8: failing(trap) },
      [masked(utf8('가'.repeat(300)), 1, false)],
    ],
    [
      'while text is checked',
      { checkUtf8: failing(trap) },
      cut(masked(utf8('가'.repeat(3000)), 1), 100, 8000),
    ],
  ])('%s: WS_ERR_INTERNAL, 1011, for this stream alone', (_name, faults, chunks) => {
    const { decoder, seen, errors } = decoderOn(broken(faults));
    const other = decoderOn(selectKernel());
    other.decoder.write(masked(new Uint8Array(3)).subarray(0, 7));
    for (const chunk of chunks) decoder.write(chunk);
    expect(errors).toMatchObject([{ code: 'WS_ERR_INTERNAL', closeCode: 1011, cause: trap }]);
    expect([seen, decoder.isEnded, decoder.bufferedBytes]).toEqual([[], true, 0]);
    expect(decoder.write(masked(new Uint8Array(1)))).toBe(false);
    other.decoder.write(masked(new Uint8Array(3)).subarray(7));
    expect([other.seen, other.errors]).toEqual([[3], []]);
  });

  it('while the reason of a close frame is checked: so too', () => {
    const close = masked(join(Uint8Array.of(3, 232), utf8('가'.repeat(40))), 8);
    const { decoder, errors } = decoderOn(broken({ isValidUtf8: failing(trap) }));
    decoder.write(close);
    expect(errors).toMatchObject([{ code: 'WS_ERR_INTERNAL', closeCode: 1011, cause: trap }]);
  });

  it.each([
    ['of one scan', [masked(utf8('가'.repeat(300)), 1)]],
    ['in pieces', cut(masked(utf8('가'.repeat(3000)), 1), 100, 9014)],
  ])('while text %s becomes a string: so too', (_name, chunks) => {
    const kernel = selectKernel();
    const { decoder, seen, errors } = decoderOn(
      broken({
        decodeUtf8: failing(trap),
        scan: (...args) => {
          const { table, count, used, source, base } = kernel.scan(...args);
          return { table, count, used, source, base, text: failing(trap) };
        },
      }),
      { delivery: 'string' },
    );
    for (const chunk of chunks) decoder.write(chunk);
    expect(errors).toMatchObject([{ code: 'WS_ERR_INTERNAL', closeCode: 1011, cause: trap }]);
    expect([seen, decoder.bufferedBytes]).toEqual([[], 0]);
  });

  it('without an error handler write() throws it', () => {
    const decoder = new DecoderCore(broken({ scan: failing(trap) }), { role: 'server' });
    expect(() => decoder.write(masked(new Uint8Array(1)))).toThrow('internal error');
  });

  it('what was whole before it is delivered', () => {
    let calls = 0;
    const kernel = createJsKernel();
    const { decoder, seen, errors } = decoderOn(
      broken({
        scan: (...args) => {
          if (calls++ > 0) throw trap;
          return kernel.scan(...args);
        },
      }),
    );
    decoder.write(join(masked(new Uint8Array(5)), masked(new Uint8Array(6))));
    decoder.write(masked(new Uint8Array(7)));
    expect([seen, errors.length]).toEqual([[5, 6], 1]);
  });
});

describe('memory is refused', () => {
  const refused = new RangeError('Array buffer allocation failed');

  it.each([
    [
      'for a message in fragments',
      [masked(new Uint8Array(2000), 2, false), masked(new Uint8Array(2000), 0)],
    ],
    ['for a message in chunks', [masked(new Uint8Array(60_000)).subarray(0, 40_000)]],
    ['for the copy of a short message', [masked(new Uint8Array(2000))]],
    ['for a ping', [masked(new Uint8Array(125), 9)]],
  ])('%s: WS_ERR_INTERNAL, and nothing is held', (_name, chunks) => {
    const { decoder, errors } = decoderOn(selectKernel(), { maxPayload: 1 << 20 });
    // Whatever the platform's way to get memory is, it says no.
    const ways = [Buffer, globalThis] as unknown as Record<string, unknown>[];
    const names = ['allocUnsafeSlow', 'Uint8Array'];
    const before = ways.map((way, i) => way[names[i]]);
    ways[0].allocUnsafeSlow = failing(refused);
    ways[1].Uint8Array = new Proxy(Uint8Array, {
      construct(target, args) {
        if (typeof args[0] === 'number' && args[0] > 100) throw refused;
        return Reflect.construct(target, args);
      },
    });
    try {
      for (const chunk of chunks) decoder.write(chunk);
    } finally {
      for (const [i, way] of ways.entries()) way[names[i]] = before[i];
    }
    expect(errors).toMatchObject([{ code: 'WS_ERR_INTERNAL', cause: refused }]);
    expect([decoder.bufferedBytes, decoder.isEnded]).toEqual([0, true]);
  });

  it('for the stack: whoever recurses gets an error, and the decoder has one answer', () => {
    const { decoder, errors, seen } = decoderOn(selectKernel());
    const recurse = (): void => {
      try {
        recurse();
      } catch (error) {
        // At the end of the stack, or just above it.
        decoder.write(masked(new Uint8Array(200)));
        throw error;
      }
    };
    expect(recurse).toThrow(RangeError);
    const isDelivered = seen.length > 0 && errors.length === 0;
    const isFailed = errors.length === 1 && errors[0].code === 'WS_ERR_INTERNAL';
    expect(isDelivered || isFailed).toBe(true);
  });
});

describe('WebAssembly that cannot be had', () => {
  it.each([
    ['cannot be compiled', 'Module'],
    ['cannot be instantiated', 'Instance'],
  ] as const)('%s: JavaScript runs, and says so', async (_name, what) => {
    vi.stubEnv('WSIMD_BACKEND', '');
    vi.spyOn(WebAssembly, what).mockImplementation(failing(new Error('not here')) as never);
    vi.resetModules();
    const fresh = await import('../../src/index.ts');
    expect(fresh.backend()).toBe('js');
    const [event] = new fresh.Decoder({ role: 'server' }).decode(masked(Uint8Array.of(7)));
    expect(event).toMatchObject({ type: 'message', isBinary: true });
    expect(() => new fresh.Decoder({ role: 'server', backend: 'wasm' })).toThrow('cannot be had');
    vi.unstubAllEnvs();
  });

  it('cannot be compiled in the background either: ready() resolves to JavaScript', async () => {
    vi.stubEnv('WSIMD_BACKEND', '');
    const error = new WebAssembly.CompileError('not here');
    vi.spyOn(WebAssembly, 'compile').mockRejectedValue(error);
    vi.spyOn(WebAssembly, 'Module').mockImplementation(failing(error) as never);
    vi.resetModules();
    const fresh = await import('../../src/index.ts');
    expect(await fresh.ready()).toBe('js');
    expect(new fresh.Decoder({ role: 'client' }).backend).toBe('js');
    vi.unstubAllEnvs();
  });

  it('answers wrongly: JavaScript runs', async () => {
    vi.stubEnv('WSIMD_BACKEND', '');
    const { Instance } = WebAssembly;
    vi.spyOn(WebAssembly, 'Instance').mockImplementation(((module: WebAssembly.Module) => {
      const { exports } = new Instance(module, {});
      return { exports: { ...exports, scan: () => 0 } };
    }) as never);
    vi.resetModules();
    const fresh = await import('../../src/index.ts');
    expect(fresh.backend()).toBe('js');
    vi.unstubAllEnvs();
  });
});

describe('many instances', () => {
  it('two copies of the package do not know each other, and do not mind', async () => {
    vi.resetModules();
    const other = await import('../../src/index.ts');
    const frameOfOther = new other.Encoder({ role: 'client' }).text('하나');
    const frameOfThis = new Encoder({ role: 'client' }).text('둘');
    const texts: unknown[] = [];
    const options = { role: 'server', delivery: 'string' } as const;
    const a = new Decoder(options, { message: (data) => texts.push(data) });
    const b = new other.Decoder(options, { message: (data) => texts.push(data) });
    a.write(frameOfOther.subarray(0, 3));
    b.write(frameOfThis.subarray(0, 3));
    a.write(frameOfOther.subarray(3));
    b.write(frameOfThis.subarray(3));
    expect(texts).toEqual(['하나', '둘']);
  });
});
