// The benchmark as its user meets it: a process.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(root, 'dist', 'bench', 'cli.js');
const QUICK = ['mask', '--quick', '--bytes', '125', '--rounds', '2'];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wsimd-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runWith({}, ...args);

function runWith(env: NodeJS.ProcessEnv, ...args: string[]) {
  return spawnSync(process.execPath, [CLI, 'bench', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...env },
  });
}

describe('what it is asked', () => {
  it('--help tells every suite, every option and examples', () => {
    const { stdout, status } = run('--help');
    expect(status).toBe(0);
    for (const word of ['transports', '--fail-under', '--compare', 'Examples:']) {
      expect(stdout).toContain(word);
    }
  });

  it.each([
    [['nosuch'], 'Expected one of mask, utf8'],
    [['--case', 'klingon'], 'Expected cases of binary, ascii, korean, mixed'],
    [['--role', 'both'], 'Expected roles of server, client'],
    [['--bytes', '16,x'], 'Expected a positive integer'],
    [['--rounds', '0'], 'Expected a positive integer'],
    [['--seed', '-1'], 'Expected an integer'],
    [['--fail-under', 'faster'], 'Expected suite/case/bytes/against=ratio'],
    [['--compare', '/nosuch.json'], 'not a report of this benchmark'],
    [['--nosuch'], 'unknown option'],
  ])('%j: one line that says what is allowed, and status 2', (args, line) => {
    const { stdout, stderr, status } = run(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(line);
  });
});

describe('what it reports', () => {
  it('text without colours where it is no terminal, not even for a CI, with the machine it is of', () => {
    const { stdout, status } = runWith({ CI: 'true' }, ...QUICK, '--seed', '42');
    expect(status).toBe(0);
    expect(stdout).toContain(`node ${process.version}`);
    expect(stdout).toContain('seed 42');
    expect(stdout).toMatch(/wsimd +[\d.]+ ns\/payload/);
    expect(stdout).not.toContain('\u001b');
  });

  it.each([
    ['in colours where they are forced', { FORCE_COLOR: '1' }, [], true],
    ['not with --no-color', { FORCE_COLOR: '1' }, ['--no-color'], false],
    ['not with NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
  ])('%s', (_, env, args, hasColours) => {
    const { stdout } = runWith(env, ...QUICK, ...args);
    expect(stdout.includes('\u001b')).toBe(hasColours);
  });

  it('JSON as the contract has it, and nothing else on standard output', () => {
    const { stdout, stderr, status } = run(...QUICK, '--json', '-');
    expect(status).toBe(0);
    const { meta, rows, ratios } = JSON.parse(stdout);
    for (const key of ['node', 'v8', 'cpu', 'os', 'commit', 'date', 'backend']) {
      expect(meta[key], key).toBeTypeOf('string');
    }
    for (const row of rows) {
      expect(row).toMatchObject({ suite: 'mask', case: 'binary', bytes: 125, unit: 'ns/payload' });
      expect(row.rounds).toHaveLength(2);
      expect(row.median).toBeGreaterThan(0);
      expect(row.p99).toBeGreaterThan(0);
    }
    expect(rows.map(({ impl }: { impl: string }) => impl)).toContain('wsimd');
    for (const ratio of ratios) {
      expect(ratio.ratio).toBeGreaterThan(0);
      expect(ratio.low).toBeLessThanOrEqual(ratio.high);
    }
    expect(stderr).toContain('mask');
  });

  it('a page that needs nothing else', () => {
    expect(run(...QUICK, '--html', 'report.html').status).toBe(0);
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).not.toMatch(/(src|href)\s*=/);
    expect(page).toContain('id="report"');
  });

  it('what has changed since an earlier report', () => {
    expect(run(...QUICK, '--json', 'before.json').status).toBe(0);
    const before = JSON.parse(readFileSync(join(folder, 'before.json'), 'utf8'));
    for (const ratio of before.ratios)
      for (const key of ['ratio', 'low', 'high']) ratio[key] /= 100;
    writeFileSync(join(folder, 'before.json'), JSON.stringify(before));
    const { stdout } = run(...QUICK, '--compare', 'before.json');
    expect(stdout).toMatch(/Since the earlier report\nbetter/);
  });

  it('fails below a floor, and where what it is of was not measured', () => {
    expect(run(...QUICK, '--fail-under', 'mask/binary/125/ws=0.001').status).toBe(0);
    const below = run(...QUICK, '--fail-under', 'mask/binary/125/ws=1000');
    expect([below.status, below.stderr]).toEqual([
      1,
      expect.stringContaining('below: mask/binary'),
    ]);
    expect(run(...QUICK, '--fail-under', 'mask/binary/16/ws=1').stderr).toContain('not measured');
  });
});

describe('where things go wrong', () => {
  // Windows knows no signals between processes: kill() ends the other one at once.
  it.skipIf(process.platform === 'win32')(
    'Ctrl-C: what was measured is reported, servers are ended, status 130',
    async () => {
      const some = ['--bytes', '125', '--rounds', '60', '--impl', 'wsimd,ws'];
      const args = ['mask', 'echo', ...some, '--json', 'part.json'];
      const child = spawn(process.execPath, [CLI, 'bench', ...args, '--quick'], { cwd: folder });
      let printed = '';
      let isAsked = false;
      child.stdout.on('data', (chunk) => {
        printed += chunk;
      });
      child.stderr.on('data', (chunk) => {
        printed += chunk;
        // Once: a second one would kill it.
        if (!isAsked && /^echo/m.test(printed)) setTimeout(() => child.kill('SIGINT'), 600);
        isAsked ||= /^echo/m.test(printed);
      });
      const [status] = await once(child, 'close');
      expect(status).toBe(130);
      expect(printed).toContain('interrupted');
      const { rows } = JSON.parse(readFileSync(join(folder, 'part.json'), 'utf8'));
      expect(rows.length).toBeGreaterThan(0);
    },
  );

  it('a reader that goes away ends it quietly', async () => {
    const child = spawn(process.execPath, [CLI, 'bench', ...QUICK], { cwd: folder });
    child.stdout.destroy();
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    const [status] = await once(child, 'close');
    expect([status, complaints.includes('EPIPE')]).toEqual([0, false]);
  });

  it('no competitor installed: it says which, how to add it, and measures the rest', () => {
    const alone = join(folder, 'node_modules', 'wsimd');
    cpSync(join(root, 'dist'), join(alone, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(alone, 'package.json'));
    const cli = join(alone, 'dist', 'bench', 'cli.js');
    const args = [cli, 'bench', 'mask', 'echo', ...QUICK.slice(1)];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('not installed: ws (npm install ws)');
    expect(stdout).toContain('left out: echo needs ws');
    expect(stdout).toMatch(/wsimd +[\d.]+ ns\/payload/);
  });
});
