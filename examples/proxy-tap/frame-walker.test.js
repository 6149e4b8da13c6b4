// FrameWalker finds the same frames as the decoder.

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Decoder, Encoder } from 'wsimd';
import { FrameWalker } from './frame-walker.js';

it('finds the same frames as the decoder with any chunk size, without changing the bytes', () => {
  const encoder = new Encoder({ role: 'client' });
  const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];
  const parts = sizes.flatMap((size) => encoder.fragments(randomBytes(size), 40_000));
  parts.splice(3, 0, encoder.ping(randomBytes(125)));
  const bytes = Buffer.concat(parts.flat());
  const expected = [];
  new Decoder(
    { role: 'server', unit: 'frame', preserve: true },
    { frame: (payload, { opcode, fin }) => expected.push([opcode, fin, payload.length]) },
  ).write(bytes);
  expect(expected.length).toBeGreaterThan(sizes.length);

  const before = Buffer.from(bytes);
  for (const most of [1, 2, 3, 7, 14, 1000, 65_536, bytes.length]) {
    const found = [];
    const walker = new FrameWalker(
      { isFromClient: true, hasDeflate: false, position: 0 },
      {
        wants: () => 100,
        frame({ header, kept, head }) {
          found.push([header.opcode, header.fin, header.payloadLength]);
          expect(Buffer.concat(kept).length).toBe(
            Math.min(header.payloadLength, header.opcode < 8 ? 100 : 125),
          );
          expect(head.length).toBe(header.headerLength);
        },
        invalid: () => expect.unreachable(),
      },
    );
    for (let at = 0; at < bytes.length; at += most) walker.write(bytes.subarray(at, at + most));
    expect(found, `in chunks of ${most}`).toEqual(expected);
  }
  expect(bytes.equals(before)).toBe(true);
});
