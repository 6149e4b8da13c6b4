// parseBytes: what it is given as text it reads, or refuses with its own error and a place in the text; and bytes
// written as people write them come back.

import { ParseBytesError, parseBytes } from '../../../src/inspect/index.ts';
import { toHex, utf8 } from '../../../test/support/bytes.ts';
import type { Random } from '../../../test/support/random.ts';
import { anyhow, type Case, Choices, type Target } from '../engine/case.ts';
import { ensure, same } from '../engine/same.ts';

const latin1 = new TextDecoder('latin1');

/** Bytes that lines left out of a dump may stand for. */
const MAX_REPEATED = 1 << 16;

const spaced = (bytes: Uint8Array, between: string, before = ''): string =>
  [...bytes].map((byte) => before + byte.toString(16).padStart(2, '0')).join(between);

function dumped(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.subarray(at, at + 16);
    const text = latin1.decode(line).replace(/[^ -~]/g, '.');
    lines.push(
      `${at.toString(16).padStart(8, '0')}: ${toHex(line).replace(/.{4}/g, '$& ')}  ${text}`,
    );
  }
  return lines.join('\n');
}

const FORMS: readonly ((bytes: Uint8Array) => string)[] = [
  toHex,
  (bytes) => spaced(bytes, ' '),
  (bytes) => spaced(bytes, ':'),
  (bytes) => spaced(bytes, ', ', '0x'),
  (bytes) => `"${spaced(bytes, '', '\\x')}"`,
  (bytes) => btoa(String.fromCharCode(...bytes)),
  dumped,
];

function checkText(text: string, format: 'hex' | 'base64' | undefined): void {
  try {
    const { length } = parseBytes(text, format, { maxRepeated: MAX_REPEATED });
    ensure(
      length <= text.length + MAX_REPEATED,
      `${text.length} characters became ${length} bytes`,
    );
  } catch (error) {
    if (!(error instanceof ParseBytesError)) throw error;
    const { line, column } = error;
    const lines = text.split('\n');
    ensure(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
    ensure(column >= 1 && column <= lines[line - 1].length + 1, `column ${column} of line ${line}`);
  }
}

export const pasted: Target = {
  name: 'pasted',
  generate(random: Random): Case {
    const bytes = random.bytes(random.below(random.pick([4, 40, 400])));
    const text = random.pick(FORMS)(bytes);
    return anyhow(utf8(random.chance(0.2) ? `data:;base64,${text}` : text), random);
  },
  check(given: Case): void {
    const choices = new Choices(given);
    const format = choices.pick([undefined, 'hex', 'base64'] as const);
    const bytes = given.bytes.subarray(0, 20_000);
    checkText(choices.once(2) ? new TextDecoder().decode(bytes) : latin1.decode(bytes), format);
    const some = bytes.subarray(0, 500);
    if (some.length === 0) return;
    FORMS.forEach((form, i) => {
      const text = form(some);
      const how = i === 5 ? 'base64' : 'hex';
      same(toHex(parseBytes(text, how)), toHex(some), `bytes as ${text.slice(0, 40)}`);
    });
  },
};
