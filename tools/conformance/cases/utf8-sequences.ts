// The octets of 6.5.* to 6.23.*: Markus Kuhn's decoder stress test, in the Autobahn testsuite's order.

export interface Sequences {
  readonly title: string;
  /** In hex; a string that begins with '!' is not UTF-8. */
  readonly octets: readonly string[];
}

/** κόσμε */
export const KOSME = 'cebae1bdb9cf83cebcceb5';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
const hexOf = (bytes: readonly number[]): string => Buffer.from(bytes).toString('hex');

/** Where a prefix of κόσμε ends between characters. */
const BOUNDARIES = [2, 5, 7, 9, 11];
const PREFIXES = range(1, 12).map(
  (length) => (BOUNDARIES.includes(length) ? '' : '!') + KOSME.slice(0, 2 * length),
);

const LONELY = [
  [0xc0, 0xdf],
  [0xe0, 0xef],
  [0xf0, 0xf7],
  [0xf8, 0xfb],
  [0xfc, 0xfd],
].map(([from, to]) => `!${hexOf(range(from, to).flatMap((byte) => [byte, 0x20]))}`);

const CUT_SHORT = [
  ...['c0', 'e080', 'f08080', 'f8808080', 'fc80808080'],
  ...['df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'],
];

const SURROGATES = ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'];
const PAIRS = ['eda080', 'edadbf', 'edae80', 'edafbf'].flatMap((high) =>
  ['edb080', 'edbfbf'].map((low) => high + low),
);

/** The last two code points of each plane. */
const NON_CHARACTERS = range(0, 17).flatMap((plane) =>
  [0xfffe, 0xffff].map((last) =>
    Buffer.from(String.fromCodePoint((plane << 16) | last)).toString('hex'),
  ),
);

const not = (octets: readonly string[]): string[] => octets.map((one) => `!${one}`);

/** From 6.5 on. */
export const SEQUENCES: readonly Sequences[] = [
  {
    title: 'Some valid sequences',
    octets: ['$', '¢', '€', '\u{24b62}']
      .map((character) => Buffer.from(`hello${character}world`).toString('hex'))
      .concat(KOSME),
  },
  { title: 'Every prefix of a text of longer characters', octets: PREFIXES },
  { title: 'The first of each length', octets: ['00', 'c280', 'e0a080', 'f0908080'] },
  { title: 'The first of lengths 5 and 6', octets: not(['f888808080', 'fc8480808080']) },
  { title: 'The last of each length', octets: ['7f', 'dfbf', 'efbfbf', 'f48fbfbf'] },
  {
    title: 'The last of lengths 4, 5 and 6, beyond U+10FFFF',
    octets: not(['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf']),
  },
  {
    title: 'Other boundaries',
    octets: ['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf', '!f4908080'],
  },
  {
    title: 'Unexpected continuation octets',
    octets: not([
      ...['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf'],
      hexOf(range(0x80, 0xbf)),
    ]),
  },
  { title: 'Lonely first octets', octets: LONELY },
  { title: 'The last octet is missing', octets: not(CUT_SHORT) },
  { title: 'Incomplete sequences one behind another', octets: not([CUT_SHORT.join('')]) },
  { title: 'Impossible octets', octets: not(['fe', 'ff', 'fefeffff']) },
  {
    title: 'Overlong forms of an ASCII character',
    octets: not(['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af']),
  },
  {
    title: 'The greatest overlong sequences',
    octets: not(['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf']),
  },
  {
    title: 'Overlong forms of NUL',
    octets: not(['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080']),
  },
  { title: 'Single surrogates', octets: not(SURROGATES) },
  { title: 'Pairs of surrogates', octets: not(PAIRS) },
  { title: 'Non-characters, which are valid', octets: NON_CHARACTERS },
  {
    title: 'Specials, which are valid',
    octets: ['efbfb9', 'efbfba', 'efbfbb', 'efbfbc', 'efbfbd', 'efbfbe', 'efbfbf'],
  },
];
