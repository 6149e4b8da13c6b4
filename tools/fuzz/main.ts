// `npm run fuzz -- --seconds N --seed S [--target T]`: every target for so long, guided by what of the code runs.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Case, type Target, toVector } from './engine/case.ts';
import { Coverage, watch } from './engine/coverage.ts';
import { fuzz, type Report } from './engine/fuzz.ts';
import { Watchdog } from './engine/watchdog.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    runs: { type: 'string' },
    seed: { type: 'string', default: String(crypto.getRandomValues(new Uint32Array(1))[0]) },
    target: { type: 'string', multiple: true },
    unguided: { type: 'boolean', default: false },
    platform: { type: 'string', default: 'node' },
    save: { type: 'string', default: 'test/vectors/found' },
  },
});

const seed = natural('seed', values.seed) >>> 0;
const limits =
  values.runs === undefined
    ? { milliseconds: natural('seconds', values.seconds) * 1000 }
    : { runs: natural('runs', values.runs) };

function natural(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  console.error(`--${name} must be a number`);
  process.exit(2);
}

if (!values.unguided) watch();
/** As in a browser: without Node's Buffer and isUtf8. Before anything of the codec is loaded. */
if (values.platform === 'web') await import('../../test/support/without-platform.ts');
const { TARGETS } = await import('./targets/index.ts');

function wanted(): readonly Target[] {
  const { target: names } = values;
  if (names === undefined) return TARGETS;
  const chosen = TARGETS.filter(({ name }) => names.includes(name));
  if (chosen.length === names.length) return chosen;
  console.error(`there are the targets ${TARGETS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

/** Writes a vector and returns where. */
function save(target: string, given: Case, why: string, number: number): string {
  mkdirSync(values.save, { recursive: true });
  const name = `${target}-${seed}-${number}`;
  const path = join(values.save, `${name}.json`);
  const vector = toVector(target, name, why, given);
  writeFileSync(path, `${JSON.stringify(vector, null, 2)}\n`);
  return path;
}

function line({ target, executions, seconds, corpus, found }: Report, covered: number): string {
  const rate = Math.round(executions / seconds);
  const columns = [
    String(executions),
    String(rate),
    String(corpus),
    String(covered),
    String(found.length),
  ];
  return `${target.padEnd(10)}${columns.map((text) => text.padStart(12)).join('')}`;
}

/** What is rejected with nobody to hear it is a finding, too. */
let stray: unknown;
process.on('unhandledRejection', (reason) => {
  stray ??= reason;
});

const guidance = values.unguided ? 'unguided' : "guided by V8's coverage";
console.log(`seed ${seed}, ${guidance}, platform ${values.platform}`);
console.log(`target     ${'  executions    a second      corpus  code (chars)    findings'}`);
const watchdog = new Watchdog(join(values.save, `hangs-${seed}.json`));
let isFine = true;
for (const target of wanted()) {
  const coverage = values.unguided ? undefined : new Coverage('build/fuzz/');
  watchdog.target = target.name;
  const onCase = (given: Case): void => watchdog.see(given);
  const report = await fuzz(target, { seed, ...limits, coverage, onCase });
  console.log(line(report, coverage?.size ?? 0));
  report.found.forEach(({ given, why }, i) => {
    console.log(`  ${save(target.name, given, why, i)}: ${why}`);
    isFine = false;
  });
  if (stray !== undefined) {
    console.log('  rejected, and nobody heard it:', stray);
    stray = undefined;
    isFine = false;
  }
}
await watchdog.stop();
process.exit(isFine ? 0 : 1);
