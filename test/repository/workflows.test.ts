// The workflows say what they should, and what they run is there.

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseDocument } from 'yaml';

interface Step {
  name?: string;
  uses?: string;
  run?: string;
}
interface Job {
  strategy?: { matrix: Record<string, string[]> };
  'runs-on': string;
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github', 'workflows');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const names = readdirSync(folder);

function parse(name: string): Workflow {
  const document = parseDocument(readFileSync(join(folder, name), 'utf8'));
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS();
}

const stepsOf = (name: string): Step[] =>
  Object.values(parse(name).jobs).flatMap(({ steps }) => steps);

describe.each(names)('%s', (name) => {
  it('has triggers, permissions and jobs', () => {
    const { on, permissions, jobs } = parse(name);
    expect(Object.keys(on).length).toBeGreaterThan(0);
    expect(Object.keys(permissions).length).toBeGreaterThan(0);
    for (const job of Object.values(jobs)) expect(job['runs-on']).toBeTruthy();
  });

  it('uses actions of GitHub only, pinned to a major version', () => {
    for (const { uses } of stepsOf(name)) {
      if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    }
  });

  it('runs scripts that package.json has', () => {
    for (const { run = '' } of stepsOf(name)) {
      const scripts = [...run.matchAll(/\bnpm (?:run ([\w:]+)|(test|start))/g)];
      for (const [, script, short] of scripts) {
        expect(Object.keys(manifest.scripts)).toContain(script ?? short);
      }
    }
  });
});

describe('the tests of every push and pull request', () => {
  const { on, permissions, jobs } = parse('test.yml');

  it('change nothing', () => {
    expect(Object.keys(on).sort()).toEqual(['pull_request', 'push']);
    expect(permissions).toEqual({ contents: 'read' });
  });

  it('run on Linux, macOS and Windows, from the oldest Node that is supported', () => {
    const { os, node } = jobs.test.strategy?.matrix ?? {};
    expect(os.map((name) => name.split('-')[0])).toEqual(['ubuntu', 'macos', 'windows']);
    expect(node).toEqual(['20.19', '22', '24', '26']);
    expect(manifest.engines.node).toContain(`^${node[0]}.`);
  });

  it('are lint, types and tests', () => {
    const runs = jobs.test.steps.map(({ run }) => run).filter((run) => run !== undefined);
    expect(runs).toEqual(['npm ci', 'npm run lint', 'npm run typecheck', 'npm test']);
  });
});

describe('the release', () => {
  const steps = stepsOf('release.yml');
  const naming = steps.findIndex(({ run }) => run?.includes('repository.url'));

  it('is published with provenance, by tests that passed, behind the repository’s name', () => {
    const testing = steps.findIndex(({ run }) => run === 'npm test');
    const publishing = steps.findIndex(({ run }) => / publish .*--provenance/.test(run ?? ''));
    expect([testing, naming, publishing].every((at) => at >= 0)).toBe(true);
    expect([testing, naming, publishing]).toEqual(
      [testing, naming, publishing].sort((a, b) => a - b),
    );
  });

  // As a runner of Linux does it.
  it.skipIf(process.platform === 'win32')('names the repository it runs in', () => {
    const copy = mkdtempSync(join(tmpdir(), 'wsimd-release-'));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    copyFileSync(join(root, 'package.json'), join(copy, 'package.json'));
    const where = { GITHUB_SERVER_URL: 'https://git.example', GITHUB_REPOSITORY: 'someone/wsimd' };
    const { status, stderr } = spawnSync('bash', ['-e', '-c', steps[naming].run ?? ''], {
      cwd: copy,
      env: { ...process.env, ...where },
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const { repository, ...rest } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
    expect(repository).toEqual({ type: 'git', url: 'git+https://git.example/someone/wsimd.git' });
    expect(rest).toEqual(manifest);
  });

  it('has no address in the tree', () => {
    for (const field of ['repository', 'homepage', 'bugs']) expect(manifest[field]).toBeUndefined();
  });
});

describe('line ends', () => {
  it('are LF in every file of text, on every platform', () => {
    const files = execFileSync('git', ['ls-files', '--eol'], { cwd: root, encoding: 'utf8' });
    for (const line of files.trim().split('\n')) {
      expect(line).toMatch(/^i\/(lf|none|-text) +w\/(lf|none|-text|) +attr\/text=auto eol=lf\s/);
    }
  });
});
