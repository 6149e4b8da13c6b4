// Delta debugging (Zeller and Hildebrandt 2002): a case that fails, made as small as it goes on failing.

import type { Case } from './case.ts';

type Fails = (given: Case) => Promise<boolean>;

/** What a list is tried with; undefined once enough has been tried. */
type Try<T> = (list: readonly T[]) => Promise<boolean | undefined>;

/** Attempts, at most: the last steps matter little. */
const MAX_ATTEMPTS = 4000;

/** The list without parts that are not needed: halves, then quarters, to single items. */
async function ddmin<T>(list: readonly T[], fails: Try<T>): Promise<readonly T[]> {
  let left = list;
  for (let size = Math.ceil(left.length / 2); size >= 1 && left.length > 0; ) {
    let isSmaller = false;
    for (let at = 0; at < left.length; ) {
      const shorter = [...left.slice(0, at), ...left.slice(at + size)];
      const isStill = await fails(shorter);
      if (isStill === undefined) return left;
      if (isStill) {
        left = shorter;
        isSmaller = true;
      } else at += size;
    }
    if (size === 1 && !isSmaller) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return left;
}

/** Makes each number 0, or else smaller, where that changes nothing. */
async function lower(list: readonly number[], fails: Try<number>): Promise<readonly number[]> {
  const left = [...list];
  for (let i = 0; i < left.length; i++) {
    const was = left[i];
    for (const value of [0, 1, was >> 1, was - 1]) {
      if (value < 0 || value >= was) continue;
      left[i] = value;
      if (await fails(left)) break;
      left[i] = was;
    }
  }
  return left;
}

/** The smallest case found that still fails. */
export async function minimise(given: Case, fails: Fails): Promise<Case> {
  let best = given;
  let attempts = 0;
  const attempt = async (change: Partial<Case>): Promise<boolean | undefined> => {
    if (attempts++ >= MAX_ATTEMPTS) return undefined;
    const smaller = { ...best, ...change };
    if (!(await fails(smaller))) return false;
    best = smaller;
    return true;
  };
  const withBytes = (list: readonly number[]) => attempt({ bytes: Uint8Array.from(list) });
  await ddmin([...best.bytes], withBytes);
  await ddmin(best.cuts, (cuts) => attempt({ cuts }));
  await lower(best.cuts, (cuts) => attempt({ cuts: [...cuts] }));
  await lower(best.choices, (choices) => attempt({ choices: [...choices] }));
  await ddmin([...best.bytes], withBytes);
  if (best.bytes.length < 500) await lower([...best.bytes], withBytes);
  let { choices } = best;
  while (choices.at(-1) === 0) choices = choices.slice(0, -1);
  return { ...best, choices };
}
