// What can be asked of `wsimd bench`, and what is said to a wrong question.

import { Command, InvalidArgumentError, Option } from 'commander';
import type { Role } from 'wsimd';
import { type Floor, parseFloor } from './check.ts';
import { randomFrom } from './harness.ts';
import { CASES, type Case, type Chunking } from './payloads.ts';
import { DEFAULT_SERVERS, SERVERS } from './servers/names.ts';
import { SUITE_NAMES, SUITES, type SuiteName } from './suites/index.ts';
import type { Plan } from './suites/suite.ts';

const ROLES: readonly Role[] = ['server', 'client'];
const SIZES = [16, 125, 1024, 16_384, 65_536, 1_048_576];

export interface Options {
  suites: SuiteName[];
  plan: Plan;
  seed: number;
  json?: string;
  html?: string;
  compare?: string;
  floors: Floor[];
}

/** What commander gives. */
interface Given {
  quick: boolean;
  case?: Case[];
  role?: Role[];
  bytes?: number[];
  chunks?: Chunking[];
  impl?: string[];
  rounds?: number;
  json?: string;
  html?: string;
  compare?: string;
  failUnder: Floor[];
  seed: number;
}

const EXAMPLES = `
Examples:
  wsimd bench                          everything, in about 20 minutes
  wsimd bench --quick                  everything, in short rounds
  wsimd bench echo --bytes 125,16384   what a server would spend on your sizes
  wsimd bench receive --case korean --role client
  wsimd bench echo --json before.json; wsimd bench echo --compare before.json
  wsimd bench receive --quick --fail-under receive/ascii/16/ws=3

Competitors are looked for where you are, and in bench/competitors of the repository. What is not
installed is left out and named; nothing is downloaded.
`;

/** Makes the command; `run` is called with what was asked. */
export function benchCommand(run: (options: Options) => Promise<void>): Command {
  const names = SUITE_NAMES.map((name) => `  ${name.padEnd(12)}${SUITES[name].what}`).join('\n');
  return new Command('bench')
    .description('Measures what wsimd would give on this machine, against whatever is installed.')
    .argument('[suites...]', 'which; default: all', suites)
    .addOption(new Option('--quick', 'fewer sizes and cases, shorter rounds').default(false))
    .option('--case <list>', `of ${CASES.join(', ')}`, listOf('case', CASES))
    .option('--role <list>', `of ${ROLES.join(', ')}`, listOf('role', ROLES))
    .option('--bytes <list>', 'sizes of messages, e.g. 16,1024', sizes)
    .option(
      '--chunks <list>',
      'of receive: bytes a chunk, or frame for one frame a chunk',
      chunkings,
    )
    .option('--impl <list>', 'only these contenders, e.g. wsimd,ws', (text) => text.split(','))
    .option('--rounds <n>', 'interleaved rounds', positive)
    .option('--seed <n>', 'of the order in which contenders run', natural, Date.now() % 1e6)
    .option(
      '--json <file>',
      'write the report as JSON; - for standard output, and nothing else there',
    )
    .option('--html <file>', 'write the report as one page with plots')
    .option('--compare <file>', 'tell what has changed since this JSON')
    .option(
      '--fail-under <floor>',
      'suite/case/bytes/against=ratio: fail below; may be repeated',
      floors,
      [],
    )
    .option('--no-color', 'no colours')
    .addHelpText('after', `\nSuites:\n${names}\n${EXAMPLES}`)
    .action((asked: SuiteName[], given: Given) => run(complete(asked, given)));
}

function complete(asked: SuiteName[], given: Given): Options {
  const { quick, seed, json, html, compare, failUnder } = given;
  const only = given.impl ?? [];
  const servers =
    only.length === 0 ? DEFAULT_SERVERS : SERVERS.filter((name) => only.includes(name));
  return {
    ...{ json, html, compare, seed, floors: failUnder },
    suites: asked.length === 0 ? [...SUITE_NAMES] : asked,
    plan: {
      roles: given.role ?? (quick ? ['server'] : ROLES),
      cases: given.case ?? (quick ? ['binary', 'ascii'] : CASES),
      sizes: given.bytes ?? (quick ? [16, 125, 1024, 65_536] : SIZES),
      chunkings: given.chunks ?? (quick ? [65_536] : [65_536, 'frame', 4096]),
      ...{ only, servers },
      rounds: given.rounds ?? (quick ? 5 : 7),
      time: quick ? 20 : 40,
      serverTime: quick ? 150 : 350,
      transportTime: quick ? 1200 : 2000,
      connections: quick ? 1000 : 5000,
      random: randomFrom(seed),
    },
  };
}

function suites(name: string, before: SuiteName[] | undefined): SuiteName[] {
  if (!SUITE_NAMES.includes(name as SuiteName)) {
    throw new InvalidArgumentError(`Expected one of ${SUITE_NAMES.join(', ')}.`);
  }
  return [...(before ?? []), name as SuiteName];
}

function listOf<T extends string>(name: string, allowed: readonly T[]): (text: string) => T[] {
  return (text) =>
    text.split(',').map((item) => {
      if (allowed.includes(item as T)) return item as T;
      throw new InvalidArgumentError(`Expected ${name}s of ${allowed.join(', ')}.`);
    });
}

function positive(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a positive integer.');
}

function natural(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected an integer from 0 on.');
}

const sizes = (text: string): number[] => text.split(',').map(positive);

const chunkings = (text: string): Chunking[] =>
  text.split(',').map((item) => (item === 'frame' ? 'frame' : positive(item)));

function floors(text: string, before: Floor[]): Floor[] {
  const floor = parseFloor(text);
  if (floor !== undefined) return [...before, floor];
  throw new InvalidArgumentError(
    'Expected suite/case/bytes/against=ratio, as receive/ascii/16/ws=3.',
  );
}
