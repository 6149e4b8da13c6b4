// The loop: a case is made, by the target or of cases kept, and checked; what reaches new code is kept.

import { setImmediate, setTimeout } from 'node:timers/promises';
import { Random } from '../../../test/support/random.ts';
import type { Case, Target } from './case.ts';
import type { Coverage } from './coverage.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutate.ts';

export interface FuzzOptions {
  seed: number;
  /** Cases to check at most. */
  runs?: number;
  /** Milliseconds to go on for at most. */
  milliseconds?: number;
  /** Tells what is new; without it, cases are kept by chance. */
  coverage?: Coverage;
  /** Called with each case before it is checked. */
  onCase?: (given: Case) => void;
}

export interface Report {
  target: string;
  executions: number;
  seconds: number;
  /** Cases kept to be changed again. */
  corpus: number;
  found: { given: Case; why: string }[];
}

/** Cases between two looks at what has run. */
const BATCH = 16;
const MAX_CORPUS = 4000;
/** A target that is wrong in so many ways is mended first. */
const MAX_FOUND = 3;
const MAX_REPEATED = 3;
/** Milliseconds that one case may take, and then turns of the event loop: a busy machine gives few of them. */
const PATIENCE = 10_000;
const TURNS = 1000;

/** What is wrong with the case; undefined where nothing is. */
export async function failureOf(target: Target, given: Case): Promise<string | undefined> {
  const patience = new AbortController();
  try {
    const outcome = target.check(given);
    if (outcome instanceof Promise) await Promise.race([outcome, late(patience.signal)]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } finally {
    patience.abort();
  }
}

/** Rejects when patience is at its end. */
async function late(signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(PATIENCE, undefined, { signal });
    for (let turn = 0; turn < TURNS; turn++) await setImmediate(undefined, { signal });
  } catch {
    return;
  }
  throw new Error('it does not settle');
}

class Fuzzer {
  readonly found: Report['found'] = [];
  readonly corpus: Case[] = [];
  executions = 0;
  /** How often something was found that was found before. */
  private repeated = 0;
  private readonly target: Target;
  private readonly options: FuzzOptions;
  private readonly random: Random;
  private batch: Case[] = [];

  constructor(target: Target, options: FuzzOptions) {
    this.target = target;
    this.options = options;
    this.random = new Random(options.seed);
  }

  async run(): Promise<void> {
    const { runs = Number.POSITIVE_INFINITY, milliseconds = Number.POSITIVE_INFINITY } =
      this.options;
    const end = performance.now() + milliseconds;
    this.options.coverage?.clear();
    while (this.executions < runs && performance.now() < end && this.found.length < MAX_FOUND) {
      const given = this.next();
      this.batch.push(given);
      await this.check(given);
      if (this.batch.length >= BATCH) await this.learn();
    }
  }

  private next(): Case {
    const { random, corpus, target } = this;
    const isFresh = corpus.length === 0 || random.chance(0.3);
    const given = isFresh ? target.generate(random) : random.pick(corpus);
    if (isFresh && random.chance(0.5)) return given;
    return mutate(given, corpus.length === 0 ? given : random.pick(corpus), random);
  }

  private async check(given: Case): Promise<void> {
    this.executions++;
    this.options.onCase?.(given);
    const why = await failureOf(this.target, given);
    if (why === undefined) return;
    const kind = why.slice(0, 24);
    const fails = async (smaller: Case) => {
      this.options.onCase?.(smaller);
      return (await failureOf(this.target, smaller))?.slice(0, 24) === kind;
    };
    const least = await minimise(given, fails);
    const found = { given: least, why: (await failureOf(this.target, least)) ?? why };
    const isKnown = this.found.some((one) => one.why === found.why);
    if (!isKnown || this.repeated++ > MAX_REPEATED) this.found.push(found);
  }

  /** Keeps what is new of the batch: of all together first, then, where that is new, one by one. */
  private async learn(): Promise<void> {
    const { coverage } = this.options;
    const { batch } = this;
    this.batch = [];
    if (coverage === undefined) {
      this.keep(this.random.pick(batch));
      return;
    }
    // A part of the batches is looked at one by one, for what runs more often than it ever did.
    const isNew = coverage.isNew(false);
    if (!isNew && !this.random.chance(0.02)) return;
    const settle = coverage.settler();
    for (const given of batch) {
      this.options.onCase?.(given);
      await failureOf(this.target, given);
      if (coverage.isNew(true)) this.keep(given);
    }
    settle();
  }

  private keep(given: Case): void {
    if (this.corpus.length < MAX_CORPUS) this.corpus.push(given);
    else this.corpus[this.random.below(MAX_CORPUS)] = given;
  }
}

/** Fuzzes one target. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<Report> {
  const begin = performance.now();
  const fuzzer = new Fuzzer(target, options);
  await fuzzer.run();
  const { executions, corpus, found } = fuzzer;
  const seconds = (performance.now() - begin) / 1000;
  return { target: target.name, executions, seconds, corpus: corpus.length, found };
}
