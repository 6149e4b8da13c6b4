// What 12.* and 13.* send: five kinds of data, made here from a seed.

const LENGTH = 200_000;

/** A generator of Lehmer's: the same numbers on every machine. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

const WORDS =
  'Habe nun ach Philosophie Juristerei und Medizin durchaus studiert mit heißem Bemühn'.split(' ');

function repeat(
  make: (random: (below: number) => number, index: number) => string,
  seed: number,
): Buffer {
  const random = numbers(seed);
  const pieces: string[] = [];
  for (let length = 0, index = 0; length < LENGTH; index++) {
    const piece = make(random, index);
    pieces.push(piece);
    length += piece.length;
  }
  return Buffer.from(pieces.join('')).subarray(0, LENGTH);
}

const json = (): Buffer =>
  repeat((random, id) => {
    const tags = [random(9), random(99), random(999)];
    return `${JSON.stringify({ id, name: `item-${random(5000)}`, price: random(1e6) / 100, tags })},`;
  }, 1);

const prose = (): Buffer => repeat((random) => `${WORDS[random(WORDS.length)]} `, 2);

const html = (): Buffer =>
  repeat(
    (random, row) => `<tr class="${row % 2 ? 'odd' : 'even'}"><td>${row}<td>${random(1e9)}</tr>\n`,
    3,
  );

/** A grey gradient with noise. */
function bitmap(): Buffer {
  const random = numbers(4);
  return Buffer.from(Array.from({ length: LENGTH }, (_, i) => ((i % 512) >> 2) + random(8)));
}

/** Nothing to compress. */
function noise(): Buffer {
  const random = numbers(5);
  return Buffer.from(Array.from({ length: LENGTH }, () => random(65536) >> 8));
}

export interface Sample {
  readonly title: string;
  readonly isBinary: boolean;
  readonly octets: Buffer;
}

let samples: readonly Sample[] | undefined;

/** 12.1 to 12.5. */
export function deflateSamples(): readonly Sample[] {
  samples ??= [
    { title: 'JSON', isBinary: false, octets: json() },
    { title: 'a grey picture', isBinary: true, octets: bitmap() },
    { title: 'German prose', isBinary: true, octets: prose() },
    { title: 'HTML', isBinary: false, octets: html() },
    { title: 'noise', isBinary: true, octets: noise() },
  ];
  return samples;
}

/** The next `length` octets of a sample, from its beginning again where it ends. */
export function slice({ octets }: Sample, from: number, length: number): Buffer {
  const start = from % octets.length;
  const piece = octets.subarray(start, start + length);
  return piece.length === length
    ? piece
    : Buffer.concat([piece, octets.subarray(0, length - piece.length)]);
}
