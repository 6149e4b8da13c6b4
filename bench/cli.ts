// The benchmark: `npm run bench -- [suite ...] [options]`.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Role } from 'wsimd';
import { findReceivers } from './contenders/receivers.ts';
import { describeEnvironment } from './environment.ts';
import { CASES, type Case, type Chunking } from './payloads.ts';
import { type Ratio, type Report, type Row, toText } from './report.ts';
import { SERVERS, type ServerName } from './servers/servers.ts';
import { runConnections } from './suites/connections.ts';
import { LOADS, runEndToEnd } from './suites/end-to-end.ts';
import { runReceive } from './suites/receive.ts';
import { runStartup } from './suites/startup.ts';

const SUITES = ['receive', 'startup', 'echo', 'pingpong', 'broadcast', 'connections'] as const;
/** Compared in the suites that start servers; ws is what ratios are taken against. */
const DEFAULT_SERVERS: readonly ServerName[] = ['wsimd', 'ws', 'ws+bufferutil', 'ws-corked'];
const ROLES: readonly Role[] = ['server', 'client'];
const SIZES = [16, 125, 1024, 16_384, 65_536, 1_048_576];
const CHUNKINGS: readonly Chunking[] = [65_536, 'frame', 4096];

const HELP = `Usage: npm run bench -- [suite ...] [options]

Suites: ${SUITES.join(', ')} (default: all)

  --quick          fewer sizes, shorter rounds
  --case LIST      of ${CASES.join(', ')}
  --role LIST      of ${ROLES.join(', ')}
  --bytes LIST     payload sizes, e.g. 16,1024
  --chunks LIST    bytes a chunk, or frame for one frame a chunk; default 65536,frame,4096
  --impl LIST      only these contenders, e.g. wsimd,ws
  --rounds N       interleaved rounds
  --json FILE      the report as JSON
  --help           this text

Competitors are looked for in this folder and in bench/competitors
(npm run bench:competitors installs those).
`;

/** Thrown for what the user typed. */
class UsageError extends Error {}

function parse(argv: string[]) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      case: { type: 'string' },
      role: { type: 'string' },
      bytes: { type: 'string' },
      chunks: { type: 'string' },
      impl: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  return {
    help: values.help,
    json: values.json,
    suites: listOf('suite', positionals.join(','), SUITES) ?? [...SUITES],
    cases:
      listOf('--case', values.case, CASES) ?? (quick ? (['binary', 'ascii'] as Case[]) : CASES),
    roles: listOf('--role', values.role, ROLES) ?? (quick ? (['server'] as Role[]) : ROLES),
    sizes: numbersOf('--bytes', values.bytes) ?? (quick ? [16, 125, 1024, 65_536] : SIZES),
    chunkings: chunkingsOf(values.chunks) ?? (quick ? [65_536] : CHUNKINGS),
    only: values.impl?.split(',') ?? [],
    pace: {
      rounds: numbersOf('--rounds', values.rounds)?.[0] ?? (quick ? 5 : 9),
      time: quick ? 20 : 40,
      serverTime: quick ? 150 : 400,
      connections: quick ? 1000 : 5000,
    },
  };
}

function listOf<T extends string>(
  name: string,
  text: string | undefined,
  allowed: readonly T[],
): T[] | undefined {
  if (!text) return undefined;
  return text.split(',').map((item) => {
    if (!allowed.includes(item as T)) {
      throw new UsageError(`${name} ${item}: expected one of ${allowed.join(', ')}`);
    }
    return item as T;
  });
}

function numbersOf(name: string, text: string | undefined): number[] | undefined {
  return text?.split(',').map((item) => {
    if (!/^[1-9]\d*$/.test(item))
      throw new UsageError(`${name} ${item}: expected a positive integer`);
    return Number(item);
  });
}

function chunkingsOf(text: string | undefined): Chunking[] | undefined {
  return text
    ?.split(',')
    .map((item) => (item === 'frame' ? 'frame' : (numbersOf('--chunks', item) as number[])[0]));
}

async function main(argv: string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) {
    console.log(HELP);
    return;
  }
  const { receivers, versions, missing } = await findReceivers();
  const report: Report = { meta: describeEnvironment(versions, missing), rows: [], ratios: [] };
  const add = (rows: Row[], ratios: Ratio[] = []): void => {
    report.rows.push(...rows);
    report.ratios.push(...ratios);
    console.log(`${toText({ rows, ratios })}\n`);
  };
  const { node, cpu, os, commit, backend } = report.meta;
  console.log(`node ${node}, ${os}, ${cpu}, commit ${commit}, backend ${backend}`);
  if (missing.length > 0) {
    console.log(`not installed: ${missing.join(', ')} (npm run bench:competitors)`);
  }
  console.log('');
  if (options.suites.includes('receive')) runReceive(receivers, { ...options, onSubject: add });
  if (options.suites.includes('startup')) runStartup(options.pace.rounds * 2 + 1, add);
  const servers =
    options.only.length === 0
      ? DEFAULT_SERVERS
      : SERVERS.filter((name) => options.only.includes(name));
  for (const suite of ['echo', 'pingpong', 'broadcast'] as const) {
    if (!options.suites.includes(suite)) continue;
    const { rounds, serverTime: time } = options.pace;
    const loads = LOADS[suite](options.sizes);
    await runEndToEnd(loads, { rounds, time, servers, onSubject: add });
  }
  if (options.suites.includes('connections')) {
    const { rounds, connections: count } = options.pace;
    const few = Math.ceil(rounds / 3);
    await runConnections({ count, rounds: few, servers, onSubject: add });
  }
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  if (!isUsage) throw error;
  console.error(`${(error as Error).message} (--help tells what is allowed)`);
  process.exitCode = 2;
}
