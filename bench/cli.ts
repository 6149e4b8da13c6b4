// `wsimd bench`: runs the suites that were asked for and reports. Started by bin/wsimd.ts.

import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Command } from 'commander';
import { colors } from '../bin/terminal/colors.ts';
import { safe } from '../bin/terminal/safe.ts';
import { UserError } from '../bin/terminal/user-error.ts';
import { belowFloors, changesSince } from './check.ts';
import { findCompetitors } from './contenders/competitors.ts';
import { describeEnvironment } from './environment.ts';
import { toHtml } from './html.ts';
import { benchCommand, type Options } from './options.ts';
import { type Progress, progressOf } from './progress.ts';
import { recommend } from './recommend.ts';
import type { Report } from './report.ts';
import { isServerThere } from './servers/names.ts';
import { stopAll } from './servers/server-handle.ts';
import { SUITES, type SuiteName } from './suites/index.ts';
import type { Suite } from './suites/suite.ts';
import { noiseOf, toText } from './text.ts';

async function bench(options: Options): Promise<void> {
  const earlier = options.compare === undefined ? undefined : readReport(options.compare);
  const { versions, missing } = findCompetitors();
  const meta = { ...describeEnvironment(versions, missing), seed: options.seed };
  const report: Report = { meta, rows: [], ratios: [] };
  const { suites, leftOut } = possible(options, versions);
  const isQuiet = options.json === '-';
  const total = suites.reduce((sum, name) => sum + SUITES[name].steps(options.plan), 0);
  const progress = progressOf(total, isQuiet);
  progress.print([headOf(report), ...leftOut].join('\n'));

  const finish = (): void => {
    progress.end();
    write(report, options);
    if (!isQuiet) console.log(tailOf(report, earlier));
  };
  const interrupted = (): void => {
    stopAll();
    finish();
    console.error('interrupted: what was measured until here');
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  await measureAll(report, suites, options, progress);
  process.off('SIGINT', interrupted);
  finish();
  const below = belowFloors(options.floors, report);
  for (const line of below) console.error(`below: ${line}`);
  if (below.length > 0) process.exitCode = 1;
}

/** What can be measured with what is installed; what cannot, in words. */
function possible(
  { suites, plan }: Options,
  versions: Record<string, string>,
): { suites: SuiteName[]; leftOut: string[] } {
  plan.servers = plan.servers.filter((name) => isServerThere(name, versions));
  const leftOut: string[] = [];
  const left = suites.filter((name) => {
    const { needs = [] } = SUITES[name] as Suite;
    const missing = needs.filter((one) => versions[one] === undefined);
    if (missing.length > 0) leftOut.push(`left out: ${name} needs ${missing.join(', ')}`);
    return missing.length === 0;
  });
  return { suites: left, leftOut };
}

async function measureAll(
  report: Report,
  suites: readonly SuiteName[],
  options: Options,
  progress: Progress,
): Promise<void> {
  for (const name of suites) {
    progress.begin(name);
    for await (const findings of SUITES[name].run(options.plan)) {
      report.rows.push(...findings.rows);
      report.ratios.push(...findings.ratios);
      progress.print(`${toText(findings)}\n`);
      progress.step();
    }
  }
}

function headOf({ meta }: Report): string {
  const { node, cpu, os, commit, backend, seed, competitors, missing } = meta;
  const found = Object.entries(competitors).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `node ${node}, ${os}, ${cpu}, commit ${commit}, backend ${backend}, seed ${seed}`,
    `beside it: ${found.join(', ')}`,
    ...missing.map(({ name, command }) => colors.dim(`not installed: ${name} (${command})`)),
  ];
  return `${lines.join('\n')}\n`;
}

function tailOf(report: Report, earlier: Report | undefined): string {
  const words = recommend(report);
  const changes = earlier === undefined ? [] : changesSince(earlier, report);
  return [
    ...(words.length === 0 ? [] : [colors.bold('What this means'), ...words, '']),
    ...(earlier === undefined ? [] : [colors.bold('Since the earlier report')]),
    ...(earlier !== undefined && changes.length === 0
      ? ['nothing has changed beyond the spread']
      : changes),
    noiseOf(report.rows) ?? '',
  ]
    .join('\n')
    .trimEnd();
}

function readReport(file: string): Report {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    if (!Array.isArray(report.ratios)) throw new Error('it has no ratios');
    return report;
  } catch (error) {
    throw new UserError(
      `--compare ${file}: not a report of this benchmark (${(error as Error).message})`,
    );
  }
}

function write(report: Report, { json, html }: Options): void {
  const text = `${JSON.stringify(report, null, 1)}\n`;
  if (json === '-') process.stdout.write(text);
  else if (json !== undefined) writeFileSync(json, text);
  if (html !== undefined) writeFileSync(html, toHtml(report));
}

/** Runs the benchmark. An error of the user is one line on standard error, and exit status 2. */
async function run(options: Options): Promise<void> {
  try {
    await bench(options);
  } catch (error) {
    stopAll();
    if (!(error instanceof UserError)) throw error;
    console.error(safe(error.message));
    process.exitCode = 2;
  }
}

/** Makes the command `wsimd bench`, and prepares this process for it. */
export function benchmark(): Command {
  // Between runs the harness collects garbage, so that nobody pays for another's.
  setFlagsFromString('--expose-gc');
  globalThis.gc ??= runInNewContext('gc') as typeof globalThis.gc;

  // A pipe that is closed early, as by `| head`, ends it quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stopAll();
    process.exit(0);
  });
  return benchCommand(run);
}
