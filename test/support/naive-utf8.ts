// UTF-8 by the grammar of RFC 3629 §4, line by line: the oracle, not fast.

/** For each line of the grammar, the ranges of its bytes. */
const TAIL: readonly [number, number] = [0x80, 0xbf];
const GRAMMAR: readonly (readonly (readonly [number, number])[])[] = [
  [[0x00, 0x7f]],
  [[0xc2, 0xdf], TAIL],
  [[0xe0, 0xe0], [0xa0, 0xbf], TAIL],
  [[0xe1, 0xec], TAIL, TAIL],
  [[0xed, 0xed], [0x80, 0x9f], TAIL],
  [[0xee, 0xef], TAIL, TAIL],
  [[0xf0, 0xf0], [0x90, 0xbf], TAIL, TAIL],
  [[0xf1, 0xf3], TAIL, TAIL, TAIL],
  [[0xf4, 0xf4], [0x80, 0x8f], TAIL, TAIL],
];

/** What a text is: valid, the beginning of valid text (and from where), or neither (and from where). */
export interface Verdict {
  kind: 'valid' | 'cut' | 'invalid';
  /** First byte of the character that is cut or wrong. */
  at: number;
}

export function judge(bytes: Uint8Array): Verdict {
  let at = 0;
  while (at < bytes.length) {
    const line = GRAMMAR.find(([[from, to]]) => bytes[at] >= from && bytes[at] <= to);
    if (line === undefined) return { kind: 'invalid', at };
    for (let i = 0; i < line.length; i++) {
      if (at + i === bytes.length) return { kind: 'cut', at };
      const [from, to] = line[i];
      if (bytes[at + i] < from || bytes[at + i] > to) return { kind: 'invalid', at };
    }
    at += line.length;
  }
  return { kind: 'valid', at };
}
