// Faults on the way from a whole message to its handler: text that becomes no string, a validator that traps,
// handlers that throw where nobody is left to catch.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { DecoderCore } from '../../src/codec/decoder.ts';
import type { DecoderOptions, Delivery, Handlers } from '../../src/index.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { selectKernel } from '../../src/kernel/select.ts';
import { frame, join, utf8 } from '../support/bytes.ts';

const KEY = [1, 2, 3, 4];
const trap = new WebAssembly.RuntimeError('unreachable');
const settled = () => new Promise((resolve) => setTimeout(resolve));
const text = (letters: string, rsv = 0, fin = true) =>
  frame({ opcode: 1, rsv, fin, payload: utf8(letters), key: KEY });

function failing(error: Error): () => never {
  return () => {
    throw error;
  };
}

/** The kernel, but for what is given. */
function broken(faults: Partial<Kernel>): Kernel {
  const kernel = selectKernel();
  return new Proxy(kernel, {
    get: (target, name) => faults[name as keyof Kernel] ?? Reflect.get(target, name, target),
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

function decoderOn(faults: Partial<Kernel>, options: Partial<DecoderOptions> = {}) {
  const seen: unknown[] = [];
  const handlers: Handlers = {
    message: (data) => seen.push(data),
    error: (error) => seen.push(error),
  };
  const all = { role: 'server', delivery: 'string', ...options } as const;
  return { decoder: new DecoderCore<Delivery>(broken(faults), all, handlers), seen };
}

const internal = (at: number) => ({ code: 'WS_ERR_INTERNAL', offset: at, cause: trap });

afterEach(() => vi.restoreAllMocks());

describe('the kernel traps', () => {
  it('while text in fragments becomes a string: the stream ends', () => {
    const { decoder, seen } = decoderOn({ decodeUtf8: failing(trap) });
    decoder.write(join(text('가', 0, false), frame({ opcode: 0, payload: utf8('나'), key: KEY })));
    expect(seen).toMatchObject([internal(0)]);
    expect(decoder.write(text('a'))).toBe(false);
    expect(seen).toHaveLength(1);
  });

  it('while what a transform gave is validated: the stream ends, and no text is valid', () => {
    const faults = { isValidUtf8: failing(trap) };
    const options = { rsv1: true, transform: (bytes: Uint8Array) => bytes };
    const { decoder, seen } = decoderOn(faults, options);
    decoder.write(text('a', 0x40));
    expect(seen).toMatchObject([internal(0)]);
    expect(seen).toHaveLength(1);
  });

  it('over a header that came in two pieces: the stream ends there', () => {
    let calls = 0;
    const scan: Kernel['scan'] = (...args) => {
      if (calls++ > 0) throw trap;
      return selectKernel().scan(...args);
    };
    const { decoder, seen } = decoderOn({ scan });
    expect(decoder.write(Uint8Array.of(0x81))).toBe(true);
    expect(decoder.write(text('a').subarray(1))).toBe(false);
    expect(seen).toMatchObject([internal(0)]);
    expect(calls).toBe(2);
  });

  it('while a handler has stopped the decoder: it leaves write()', () => {
    let decoder: DecoderCore<Delivery> | undefined;
    const kernel = broken({
      scan: () => {
        decoder?.stop();
        throw trap;
      },
    });
    decoder = new DecoderCore<Delivery>(kernel, { role: 'server' });
    expect(() => decoder.write(text('a'))).toThrow(trap);
  });
});

describe('text from fragments', () => {
  it.each([
    ['ASCII', 'abc', 0],
    ['more', '안녕', 1],
  ])('of %s takes the shortest way to a string', (_name, letters, decoded) => {
    const decodeUtf8 = vi.fn((bytes: Uint8Array) => new TextDecoder().decode(bytes));
    const { decoder, seen } = decoderOn({ decodeUtf8 });
    decoder.write(join(text(letters, 0, false), frame({ opcode: 0, key: KEY })));
    expect([seen, decodeUtf8.mock.calls.length]).toEqual([[letters], decoded]);
  });

  it('that nobody validated is decoded by the platform, which replaces what is wrong', () => {
    const { decoder, seen } = decoderOn(
      { decodeUtf8: failing(trap) },
      { skipUtf8Validation: true },
    );
    const wrong = frame({ opcode: 1, fin: false, payload: Uint8Array.of(0x61, 0xff), key: KEY });
    decoder.write(join(wrong, frame({ opcode: 0, key: KEY })));
    expect(seen).toEqual(['a\ufffd']);
  });
});

describe('what a transform gives', () => {
  it.each([
    [{ opcode: 1 }, {}, 1],
    [{ opcode: 1 }, { skipUtf8Validation: true }, 0],
    [{ opcode: 2 }, {}, 0],
  ])('is validated where it is text: %j, %j', (parts, options, checks) => {
    const isValidUtf8 = vi.fn(() => true);
    const transform = () => utf8('ok');
    const { decoder, seen } = decoderOn({ isValidUtf8 }, { rsv1: true, transform, ...options });
    decoder.write(frame({ ...parts, rsv: 0x40, payload: utf8('zip'), key: KEY }));
    expect([seen.length, isValidUtf8.mock.calls.length]).toEqual([1, checks]);
  });

  it('may be as long as a message may, and no longer', () => {
    for (const [length, kind] of [
      [10, 'string'],
      [11, 'object'],
    ] as const) {
      const transform = () => new Uint8Array(length).fill(0x61);
      const { decoder, seen } = decoderOn({}, { rsv1: true, transform, maxPayload: 10 });
      decoder.write(text('zip', 0x40));
      expect(seen.map((it) => typeof it)).toEqual([kind]);
    }
  });
});

describe('a handler that throws when a promise was kept', () => {
  const options = { role: 'server', delivery: 'string', rsv1: true } as const;
  const thrown = new Error('handler');

  it('is heard as an exception that nobody caught, and the rest waits', async () => {
    const tasks: (() => void)[] = [];
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => tasks.push(task));
    const seen: unknown[] = [];
    const decoder = new DecoderCore<Delivery>(
      selectKernel(),
      { ...options, transform: async (bytes) => bytes },
      {
        message(data) {
          seen.push(data);
          if (data === 'a') throw thrown;
        },
      },
    );
    decoder.write(join(text('a', 0x40), text('b')));
    await settled();
    expect(seen).toEqual(['a']);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toThrow(thrown);
    decoder.resume();
    expect(seen).toEqual(['a', 'b']);
  });

  it.each([
    ['keeps', async (bytes: Uint8Array) => bytes],
    ['breaks', () => Promise.reject(new Error('bad data'))],
    ['keeps wrongly', async () => 'text'],
  ])('is none of the decoder’s where it was stopped before it %s', async (_name, transform) => {
    const queued = vi.spyOn(globalThis, 'queueMicrotask');
    const { decoder, seen } = decoderOn({}, { ...options, transform: transform as never });
    decoder.write(text('a', 0x40));
    decoder.stop();
    await settled();
    expect([seen, queued.mock.calls.length, decoder.error]).toEqual([[], 0, null]);
  });

  it('a promise of something else says so', async () => {
    const { decoder, seen } = decoderOn({}, { ...options, transform: (async () => 'x') as never });
    decoder.write(text('a', 0x40));
    await settled();
    const cause = new TypeError('a transform must return a Uint8Array');
    expect(seen).toMatchObject([{ code: 'WS_ERR_INVALID_EXTENSION_DATA', offset: 6, cause }]);
  });
});

describe('an invariant that does not hold', () => {
  const nothing = {
    ...{ count: 0, used: 0, base: 0, source: new Uint8Array(64) },
    table: new Int32Array(4),
  };
  const scanOfNothing = { ...nothing, text: () => '' };
  const failedBecause = (what: string, offset: number) => ({
    ...{ code: 'WS_ERR_INTERNAL', offset },
    cause: new Error(what),
  });

  it('a scan that finds no header where there must be one: the stream ends', () => {
    const { decoder, seen } = decoderOn({ scan: () => scanOfNothing });
    decoder.write(new Uint8Array(14));
    expect(seen).toMatchObject([failedBecause('the scan of 14 bytes found no header', 0)]);
  });

  it('the same of a header in pieces', () => {
    const { decoder, seen } = decoderOn({ scan: () => scanOfNothing });
    for (const byte of text('a').slice(0, 6)) decoder.write(Uint8Array.of(byte));
    expect(seen).toMatchObject([failedBecause('the scan of a header of 6 bytes found none', 0)]);
  });

  it('a text that a pause has not kept: no empty message, the stream ends', () => {
    const { decoder, seen } = decoderOn({});
    const { message } = decoder['dispatcher'].handlers;
    decoder['dispatcher'].handlers.message = (...args) => {
      message?.(...args);
      decoder.pause();
    };
    decoder.write(join(text('a'), text('b'), text('c')));
    decoder['reader']['backlog']?.scan?.['texts']?.delete(4);
    decoder.resume();
    decoder.resume();
    const what = 'no text was kept of the entry at word 4';
    expect(seen).toMatchObject(['a', 'b', failedBecause(what, 0)]);
  });

  it('a text that cannot be made for a pause: the stream ends', () => {
    const kernel = selectKernel();
    const { decoder, seen } = decoderOn({
      scan: (...args) => {
        const scan = kernel.scan(...args);
        return new Proxy(scan, {
          get: (target, name) =>
            name === 'text' && seen.length > 0 ? failing(trap) : Reflect.get(target, name, target),
        });
      },
    });
    decoder['dispatcher'].handlers.message = (data) => {
      seen.push(data);
      decoder.pause();
    };
    decoder.write(join(text('a'), text('b')));
    expect(seen).toMatchObject(['a', internal(0)]);
  });
});

describe('by frames', () => {
  it('a close frame is handed over, and then closes', () => {
    const log: unknown[] = [];
    const decoder = new DecoderCore<'copy'>(
      selectKernel(),
      { role: 'client', delivery: 'copy', unit: 'frame' },
      {
        frame: (payload, info) => log.push([payload.length, info]),
        ping: () => log.push('ping'),
        close: (code, reason, bytes) => log.push([code, reason, bytes.length]),
      },
    );
    decoder.write(join(frame({ opcode: 9 }), frame({ opcode: 8 }), frame({ opcode: 9 })));
    expect(log).toEqual([
      [0, { fin: true, rsv1: false, opcode: 9 }],
      [0, { fin: true, rsv1: false, opcode: 8 }],
      [1005, '', 0],
    ]);
  });
});
