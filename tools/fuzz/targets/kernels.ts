// The kernels by themselves: masking, sealing and scanning at any alignment, with canaries round every memory.

import { ENTRY_WORDS, FLAG_ERROR } from '../../../src/kernel/frame-table.ts';
import { rotateKey } from '../../../src/kernel/js-mask.ts';
import type { Kernel } from '../../../src/kernel/kernel.ts';
import { MODE_SKIP_UTF8 } from '../../../src/kernel/modes.ts';
import { selectKernel } from '../../../src/kernel/select.ts';
import { RULE_SERVER } from '../../../src/protocol/header-rules.ts';
import { equal, frame, guarded, naiveMask, toHex } from '../../../test/support/bytes.ts';
import type { Random } from '../../../test/support/random.ts';
import { anyhow, type Case, Choices, chunksOf, type Target } from '../engine/case.ts';
import { ensure, same } from '../engine/same.ts';
import { generateStream } from './decoder.ts';

const numberOf = (key: readonly number[]): number =>
  key[0] | (key[1] << 8) | (key[2] << 16) | (key[3] << 24);

function checkMask(kernel: Kernel, given: Case, key: readonly number[], choices: Choices): void {
  const { bytes } = given;
  const expected = naiveMask(bytes, key);
  const [alignment, offset] = [choices.byte() % 16, choices.byte() % 40];
  const target = guarded(offset + bytes.length, alignment);
  target.inside.fill(0xee);
  let rotated = numberOf(key);
  let at = 0;
  let nonAscii = 0;
  for (const chunk of chunksOf(given)) {
    const source = guarded(chunk.length, choices.byte() % 16);
    source.inside.set(chunk);
    const seen = kernel.mask(source.inside, rotated, target.inside, offset + at, chunk.length);
    nonAscii |= seen;
    ensure(source.isIntact() && equal(source.inside, chunk), 'mask changed what it read');
    rotated = rotateKey(rotated, chunk.length);
    at += chunk.length;
  }
  ensure(target.isIntact(), 'mask wrote outside');
  ensure(
    target.inside.subarray(0, offset).every((byte) => byte === 0xee),
    'mask wrote before',
  );
  ensure(equal(target.inside.subarray(offset), expected), 'mask is not XOR');
  ensure((nonAscii !== 0) === expected.some((byte) => byte > 127), 'mask overlooked a byte');
  const inPlace = guarded(bytes.length, alignment);
  inPlace.inside.set(bytes);
  kernel.mask(inPlace.inside, numberOf(key), inPlace.inside, 0, bytes.length);
  ensure(inPlace.isIntact() && equal(inPlace.inside, expected), 'mask in place');
}

function checkSeal(kernel: Kernel, given: Case, key: readonly number[], choices: Choices): void {
  const payload = given.bytes.subarray(0, 60_000);
  const expected = frame({ opcode: 2, payload, key });
  const { staging } = kernel;
  // Whoever owns frames in it takes them out, as with any writer.
  staging.owner?.leaveStaging();
  staging.owner = null;
  staging.used = 0;
  const at = choices.byte();
  const end = at + expected.length;
  staging.bytes.fill(0xa5, 0, end + 64);
  staging.bytes.set(payload, end - payload.length);
  same(kernel.seal(at, 0x82, payload.length, numberOf(key)), end, 'the end of a sealed frame');
  ensure(equal(staging.bytes.subarray(at, end), expected), 'a sealed frame is not as drawn');
  const around = [...staging.bytes.subarray(0, at), ...staging.bytes.subarray(end, end + 64)];
  ensure(
    around.every((byte) => byte === 0xa5),
    'seal wrote outside',
  );
}

/** What one scan after another says of the bytes: flags, payloads, the state in the end. */
function scanned(kernel: Kernel, given: Case, isServer: boolean, choices: Choices, how: string) {
  const state = {
    // Who checks text is a kernel's own affair.
    ...{
      rules: MODE_SKIP_UTF8 | (isServer ? RULE_SERVER : 0),
      maxPayload: 1 << 20,
      key: 0,
      remaining: 0,
      current: 0,
    },
    ...{ fragmented: 0, messageLength: 0 },
  };
  const chunk = guarded(given.bytes.length, choices.byte() % 16);
  const other = guarded(given.bytes.length, choices.byte() % 16);
  chunk.inside.set(given.bytes);
  const out = how === 'in place' ? chunk.inside : how === 'elsewhere' ? other.inside : null;
  let payloads = '';
  let error: readonly number[] | undefined;
  let from = 0;
  while (from < given.bytes.length && error === undefined) {
    const { count, used, table, source, base } = kernel.scan(state, chunk.inside, from, out);
    if (count === 0) break;
    for (let word = 0; word < count * ENTRY_WORDS; word += ENTRY_WORDS) {
      const [offset, length, flags, extra] = table.subarray(word, word + ENTRY_WORDS);
      if (flags & FLAG_ERROR) error = [from + offset, extra];
      else payloads += toHex(source.subarray(base + offset, base + offset + length));
    }
    from += used;
  }
  ensure(chunk.isIntact() && other.isIntact(), `scan, ${how}, wrote outside`);
  if (how !== 'in place')
    ensure(equal(chunk.inside, given.bytes), `scan, ${how}, changed the chunk`);
  return { payloads, error };
}

function check(given: Case): void {
  const choices = new Choices(given);
  const isServer = choices.pick([true, false]);
  const key = [choices.byte(), choices.byte(), choices.byte(), choices.byte()];
  const how = choices.pick(['in place', 'elsewhere', 'nowhere']);
  const results = (['wasm', 'js'] as const).map((backend) => {
    const kernel = selectKernel(backend);
    checkMask(kernel, given, key, new Choices(given));
    checkSeal(kernel, given, key, new Choices(given));
    return scanned(kernel, given, isServer, new Choices(given), how);
  });
  same(results[0], results[1], 'scans of wasm and js differ');
}

export const kernels: Target = {
  name: 'kernels',
  generate: (random: Random): Case =>
    random.chance(0.7)
      ? generateStream(random)
      : anyhow(random.bytes(random.below(random.pick([20, 300, 70_000]))), random),
  check,
};
