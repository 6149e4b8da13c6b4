// The work that code does on text, counted: characters looked at, names compared. No clock is read.

/** A regular expression that may look at all of the rest of the text from every index of it. */
const isQuadratic = ({ source }: RegExp): boolean =>
  !source.startsWith('^') && /(?<!\\)[*+]|\{\d+,\}/.test(source);

type Method = (this: unknown, ...args: unknown[]) => unknown;
/** What a call costs, by what it was called on, given and returned. */
type Price = (target: unknown, args: unknown[], result: unknown) => number;

const lengthOf = (target: unknown): number => (target as { length: number }).length;
const found: Price = (target, [, from = 0], at) =>
  (at === -1 ? lengthOf(target) : (at as number)) - (from as number) + 1;

const PRICES: [object, string, Price][] = [
  [String.prototype, 'charCodeAt', () => 1],
  [String.prototype, 'indexOf', found],
  [String.prototype, 'trim', lengthOf],
  [String.prototype, 'slice', (_target, _args, result) => lengthOf(result)],
  [String.prototype, 'split', lengthOf],
  [String.prototype, 'toLowerCase', lengthOf],
  [Array.prototype, 'includes', lengthOf],
  [Array.prototype, 'indexOf', found],
  [
    RegExp.prototype,
    'exec',
    (target, [text], result) => {
      const { length } = String(text);
      // As `split` calls it, once for every index: it looks at what it matches.
      if ((target as RegExp).sticky) return (result as string[] | null)?.[0].length ?? 1;
      return isQuadratic(target as RegExp) ? length * length : length;
    },
  ],
];

/** The work of `act`. A regular expression costs what it does at worst. */
export function workOf(act: () => void): number {
  let work = 0;
  // A price is found with methods that have prices.
  let isPricing = false;
  const originals = PRICES.map(([prototype, name, price]) => {
    const original = Reflect.get(prototype, name) as Method;
    const counted: Method = function (...args) {
      const result = original.apply(this, args);
      if (isPricing) return result;
      isPricing = true;
      work += price(this, args, result);
      isPricing = false;
      return result;
    };
    Object.defineProperty(prototype, name, { value: counted, configurable: true, writable: true });
    return original;
  });
  try {
    act();
  } finally {
    PRICES.forEach(([prototype, name], i) => {
      const value = originals[i];
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
    });
  }
  return work;
}
