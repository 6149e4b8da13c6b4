// Messages in parts (option `partial`): whose memory a part is, and that no part says nothing.

import { describe, expect, it } from 'vitest';
import { Decoder, type Delivery } from '../../src/index.ts';
import { frame, hex, join, toHex, utf8 } from '../support/bytes.ts';
import { DELIVERIES } from '../support/decode.ts';

const KEY = [0x37, 0xfa, 0x21, 0x3d];
const ROLES = ['server', 'client'] as const;
type Role = (typeof ROLES)[number];
const keyOf = (role: Role) => (role === 'server' ? KEY : null);

type Part = [data: Uint8Array | string, isLast: boolean];

function reader(role: Role, delivery: Delivery) {
  const parts: Part[] = [];
  const decoder = new Decoder<Delivery>(
    { role, delivery, partial: true },
    { part: (data, _, isLast) => parts.push([data, isLast]) },
  );
  return { parts, decoder };
}

describe.each(ROLES)('as a %s', (role) => {
  const key = keyOf(role);
  const fragment = (opcode: number, payload: Uint8Array, fin = false) =>
    frame({ opcode, fin, payload, key });

  it.each(DELIVERIES)('a part is %s, as messages are', (delivery) => {
    const parts: Uint8Array[] = [];
    const seen: [isOfChunk: boolean, isAlone: boolean, bytes: string][] = [];
    const part = (data: Uint8Array | string) => {
      const bytes = data as Uint8Array;
      const { buffer, byteLength } = bytes;
      seen.push([buffer === chunk.buffer, buffer.byteLength === byteLength, toHex(bytes)]);
      parts.push(bytes);
    };
    const decoder = new Decoder<Delivery>({ role, delivery, partial: true }, { part });
    const payload = Uint8Array.from({ length: 300 }, (_, i) => i);
    const chunk = fragment(2, payload);
    decoder.write(chunk);
    const [[isOfChunk, isAlone, bytes]] = seen;
    expect(bytes).toBe(toHex(payload));
    expect(isOfChunk).toBe(delivery === 'view' || (delivery === 'borrowed' && role === 'client'));
    if (delivery === 'copy' || delivery === 'string') expect(isAlone).toBe(true);
    if (delivery === 'borrowed') return;
    // Another chunk goes over the same scratch memory.
    decoder.write(fragment(0, new Uint8Array(300)));
    expect(toHex(parts[0])).toBe(toHex(payload));
  });

  it.each(DELIVERIES)('what is empty is no part, but the end: %s', (delivery) => {
    const { parts, decoder } = reader(role, delivery);
    const empty = hex('');
    decoder.write(join(fragment(1, empty), fragment(0, empty), fragment(0, utf8('a'))));
    decoder.write(join(fragment(0, empty), fragment(0, empty, true)));
    expect(parts.map(([data, isLast]) => [data.length, isLast])).toEqual([
      [1, false],
      [0, true],
    ]);
  });

  it('strings are cut between characters, and begin with a BOM that was sent', () => {
    const { parts, decoder } = reader(role, 'string');
    const text = utf8('\uFEFF한글');
    decoder.write(join(fragment(1, text.subarray(0, 4)), fragment(0, text.subarray(4, 5))));
    decoder.write(join(fragment(0, text.subarray(5, 8)), fragment(0, text.subarray(8), true)));
    expect(parts).toEqual([
      ['\uFEFF', false],
      ['한', false],
      ['글', true],
    ]);
  });

  it('each message of strings begins anew', () => {
    const { parts, decoder } = reader(role, 'string');
    for (let i = 0; i < 2; i++) {
      decoder.write(join(fragment(1, utf8('\uFEFFa')), fragment(0, utf8('b'), true)));
    }
    expect(parts.map(([data]) => data)).toEqual(['\uFEFFa', 'b', '\uFEFFa', 'b']);
  });

  it.each(DELIVERIES)('bytes and compressed text are not checked as text: %s', (delivery) => {
    const said: unknown[] = [];
    const decoder = new Decoder<Delivery>(
      {
        ...{ role, delivery, partial: true, rsv1: true },
        transform: (data) => utf8(toHex(data)),
      },
      {
        part: (data) => said.push((data as Uint8Array).length),
        message: (data) => said.push(typeof data === 'string' ? data : data.length),
        error: ({ code }) => said.push(code),
      },
    );
    decoder.write(join(fragment(2, hex('ff')), fragment(0, hex('fe'), true)));
    decoder.write(
      join(
        frame({ opcode: 1, rsv: 0x40, fin: false, payload: hex('ff'), key }),
        fragment(0, hex('fe'), true),
      ),
    );
    expect(said).toHaveLength(3);
    expect(said.slice(0, 2)).toEqual([1, 1]);
    expect(said[2]).toBe(delivery === 'string' ? 'fffe' : 4);
  });
});
