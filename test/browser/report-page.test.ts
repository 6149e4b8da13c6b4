// The report's page in a real Chromium: it draws what the report says, in light and dark, on a phone too.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium } from './chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
let page = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wsimd-page-'));
  page = join(folder, 'report.html');
  const args = ['mask', 'utf8', '--quick', '--rounds', '2', '--bytes', '16,1024,65536'];
  const cli = join(root, 'dist', 'bench', 'cli.js');
  spawnSync(process.execPath, [cli, 'bench', ...args, '--html', page], { cwd: root });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['on a desk', '1200,900', []],
  ['on a phone', '390,800', []],
  ['in the dark', '1200,900', ['--blink-settings=preferredColorScheme=0']],
] as const)('%s', (_name, size, flags) => {
  it('draws plots and tables, and wants nothing from a network', () => {
    const dom = chromium([...flags, `--window-size=${size}`, '--dump-dom', `file://${page}`]);
    expect(dom.match(/<canvas/g)?.length).toBe(4);
    expect(dom.match(/<table/g)?.length).toBeGreaterThanOrEqual(2);
    expect(dom).toMatch(/class="(win|loss|tie)"/);
    expect(dom).toMatch(/<td>64 KiB<\/td>/);
    expect(dom).not.toContain('http://');
  });

  it('is not one empty colour', () => {
    const picture = join(folder, 'page.png');
    chromium([...flags, `--window-size=${size}`, `--screenshot=${picture}`, `file://${page}`]);
    expect(readFileSync(picture).length).toBeGreaterThan(15_000);
  });
});
