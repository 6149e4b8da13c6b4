// Proof of which kernel the suite runs on: not what was asked for, but what does the work.

import { describe, expect, it } from 'vitest';
import { backend, Decoder, ready } from '../../src/index.ts';
import { selectKernel } from '../../src/kernel/select.ts';

const wanted = process.env.WSIMD_BACKEND;

describe(`the suite asked for ${wanted}`, () => {
  it('runs on it', async () => {
    expect(['wasm', 'js']).toContain(wanted);
    expect(backend()).toBe(wanted);
    expect(await ready()).toBe(wanted);
    expect(new Decoder({ role: 'client' }).backend).toBe(wanted);
  });

  it('and scans in that kernel’s own memory', () => {
    const state = {
      rules: 1,
      maxPayload: 9,
      key: 0,
      remaining: 0,
      current: 0,
      fragmented: 0,
      messageLength: 0,
    };
    const chunk = new Uint8Array(600);
    for (let at = 0; at < 600; at += 6) chunk.set([0x82, 0x80, 1, 2, 3, 4], at);
    const scan = selectKernel().scan(state, chunk, 0, null);
    expect(scan.count).toBe(100);
    // The module's memory is 7 pages; the JavaScript kernel's table is an array of its own.
    const isModule = scan.table.buffer.byteLength === 7 * 65536;
    expect(isModule).toBe(wanted === 'wasm');
  });

  it('with the platform it was told', () => {
    const data = new Decoder({ role: 'client' }).decode(new Uint8Array([0x82, 1, 65]))[0];
    const isWeb = process.env.WSIMD_TEST_PLATFORM === 'web';
    expect(data.type === 'message' && Buffer.isBuffer(data.data)).toBe(!isWeb);
  });

  it('an explicit choice wins, and a wrong name throws', () => {
    expect(new Decoder({ role: 'client', backend: 'js' }).backend).toBe('js');
    expect(new Decoder({ role: 'client', backend: 'wasm' }).backend).toBe('wasm');
    const wrong = 'simd' as never;
    expect(() => new Decoder({ role: 'client', backend: wrong })).toThrow(/'wasm' or 'js'/);
  });
});
