// `npm run conformance`: plays the cases with the subjects, prints the table, writes the reports.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { allCases, isMeant } from './cases/index.ts';
import type { Role } from './peer/frames.ts';
import { toHtml } from './report/html.ts';
import { toMarkdown } from './report/markdown.ts';
import { makeReport } from './report/report.ts';
import { toText } from './report/text.ts';
import { run, type SubjectResults } from './runner.ts';
import { SUBJECTS } from './subjects/subjects.ts';

interface Options {
  readonly only: string[];
  readonly subject: string[];
  readonly role?: Role;
  readonly full?: boolean;
  readonly json: string;
  readonly html: string;
  readonly markdown?: string;
}

const names = SUBJECTS.map(({ id }) => id).join(', ');
const options: Options = new Command('conformance')
  .description(
    'Every case of RFC 6455 and RFC 7692, over real sockets. Exits with 1 where one failed.',
  )
  .option('--only <cases...>', "cases: '6.*', 7.3.1", [])
  .option('--subject <names...>', `some of ${names}`, [])
  .option('--role <role>', 'server or client: what the subject is')
  .option('--full', 'messages of up to 16 MiB, 1,000 of each size')
  .option('--json <file>', 'the report', 'conformance/report.json')
  .option('--html <file>', 'the report as a page', 'conformance/report.html')
  .option('--markdown <file>', 'the counts as a document')
  .parse()
  .opts();

const only = options.only.flatMap((pattern) => pattern.split(','));
const wanted = options.subject.flatMap((name) => name.split(','));
const cases = allCases().filter(({ id }) => isMeant(id, only));
const subjects = SUBJECTS.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
const roles: Role[] = options.role === undefined ? ['server', 'client'] : [options.role];
if (cases.length === 0) throw new Error(`there is no case ${only.join(', ')}`);
if (subjects.length === 0) throw new Error(`--subject is some of ${names}`);

const scale = options.full ? 'full' : 'quick';
const all: SubjectResults[] = [];
for (const subject of subjects) {
  for (const role of roles) {
    let played = 0;
    const onResult = (): void => {
      played++;
      if (process.stderr.isTTY) process.stderr.write(`\r${subject.title}, ${role}: ${played} `);
    };
    all.push(await run(subject, role, { cases, scale, onResult }));
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const report = makeReport(cases, all, scale);
console.log(toText(report));
write(options.json, `${JSON.stringify(report, undefined, 1)}\n`);
write(options.html, toHtml(report));
if (options.markdown !== undefined) write(options.markdown, toMarkdown(report));
console.log(`\n${options.html}, ${options.json}`);
if (all.some(({ results }) => results.some(({ verdict }) => verdict === 'failed')))
  process.exitCode = 1;
