// Proof of where the codec's suites run: in which browser, on which kernel.

import { describe, expect, inject, it } from 'vitest';
import { backend, Decoder, ready } from '../../../src/index.ts';
import { selectKernel } from '../../../src/kernel/select.ts';

const wanted = inject('backend');
const browser = inject('browser');

describe(`${browser}, ${wanted}`, () => {
  it('is the browser it was asked to be', () => {
    const engine = browser === 'firefox' ? /Gecko\/.* Firefox\// : /AppleWebKit\/.* .*Chrome\//;
    expect(navigator.userAgent).toMatch(engine);
    expect(globalThis.Buffer).toBeUndefined();
    expect(document.defaultView).toBe(globalThis);
  });

  it('runs on the kernel it was asked for', async () => {
    expect(backend()).toBe(wanted);
    expect(await ready()).toBe(wanted);
    expect(new Decoder({ role: 'client' }).backend).toBe(wanted);
  });

  it('and scans in that kernel’s own memory', () => {
    const rules = { rules: 1, maxPayload: 9 };
    const state = { ...rules, key: 0, remaining: 0, current: 0, fragmented: 0, messageLength: 0 };
    const chunk = new Uint8Array(600);
    for (let at = 0; at < 600; at += 6) chunk.set([0x82, 0x80, 1, 2, 3, 4], at);
    const scan = selectKernel().scan(state, chunk, 0, null);
    expect(scan.count).toBe(100);
    expect(scan.table.buffer.byteLength === 7 * 65536).toBe(wanted === 'wasm');
  });
});
