// The page of site/, built, served and clicked through in real browsers.

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../site/inspector/examples.ts';
import { serve } from '../loading/support/server.ts';
import { start } from '../support/browsers.ts';

const site = fileURLToPath(new URL('../../site', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
declare global {
  interface Window {
    axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: unknown[] }[] }> };
  }
}

let folder = '';
let server: PreviewServer;
let url = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wsimd-site-'));
  const outDir = join(folder, 'site');
  const configFile = join(site, 'vite.config.ts');
  await build({ configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  server = await preview({
    ...{ configFile, logLevel: 'error', build: { outDir } },
    preview: { host: '127.0.0.1', port: 0 },
  });
  url = server.resolvedUrls?.local[0] ?? '';
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('is under 150 KiB gzipped, with all that it ever loads', () => {
  const files = readdirSync(join(folder, 'site'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, 'site', name))
    .filter((path) => statSync(path).isFile());
  expect(files.length).toBeGreaterThan(4);
  const size = files.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
  expect(size).toBeLessThan(150 * 1024);
});

describe.each(['chromium', 'firefox'] as const)('%s', (name) => {
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];
  let strangers: string[] = [];

  beforeAll(async () => {
    browser = await start(name);
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    page = await browser.newPage();
    complaints = [];
    strangers = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url))
        strangers.push(request.url());
    });
    await page.goto(url);
  });
  afterEach(async () => {
    await page.close();
    expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
  });

  const textOf = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
  const fill = (selector: string, value: string) =>
    page.$eval(
      selector,
      (element, text) => {
        (element as HTMLInputElement).value = text;
        element.dispatchEvent(new Event('input', { bubbles: true }));
      },
      value,
    );

  /** What axe finds that is serious or critical. */
  async function flaws(): Promise<unknown[]> {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  }

  describe('the inspector', () => {
    it.each([
      ['A masked “Hello”', '11 B sent by a client: 1 frame, 1 message.', ['Hello']],
      ['Fragments with a ping in between', '3 frames, 1 message.', ['Hello']],
      ['Korean, masked', 'sent by a client', ['안녕하세요']],
      ['JSON', '1 frame, 1 message.', ['{\n  "type": "chat",\n  "n": 1\n}']],
      ['A compressed “Hello”, twice', '2 frames, 2 messages.', ['Hello', 'Hello']],
      ['Close with a reason', '1 frame, 0 messages.', []],
      ['A protocol violation', 'WS_ERR_INVALID_OPCODE', ['ok']],
      ['A truncated frame', 'missing', ['0102030405']],
    ])('the example %j', async (label, said, contents) => {
      const at = EXAMPLES.findIndex((example) => example.name === label);
      const buttons = await page.$$('#examples button');
      await buttons[at].click();
      expect(await textOf('#verdict')).toContain(said);
      const shown = await page.$$eval('#report pre', (all) => all.map((one) => one.textContent));
      expect(shown).toEqual(contents);
    });

    it('tells where text is no bytes', async () => {
      await fill('#bytes', '81 85\n37 zz');
      expect(await textOf('#verdict')).toMatch(/Invalid input: line 2, column 4: "z" is not hex/);
      expect(await textOf('#report')).toBe('');
    });

    it('takes bytes as the other end’s, and says what that breaks', async () => {
      await page.select('#role', 'server');
      expect(await textOf('#verdict')).toContain('WS_ERR_UNEXPECTED_MASK');
      expect(await page.$eval('#verdict a', (a) => (a as HTMLAnchorElement).href)).toBe(
        'https://www.rfc-editor.org/rfc/rfc6455#section-5.1',
      );
    });

    it('a field and its bytes light up together, by mouse and by keyboard', async () => {
      const lit = () =>
        page.evaluate(() => ({
          fields: [...document.querySelectorAll('.box.lit')].map((one) => one.textContent),
          bytes: [...document.querySelectorAll('.byte.lit')].map((one) => one.textContent).join(''),
        }));
      const boxes = await page.$$('.diagram button');
      await boxes[6].hover();
      expect(await lit()).toEqual({ fields: ['Payload length 5'], bytes: '85' });
      expect(await textOf('.explained')).toMatch(/^Payload length \(7 bits, byte 1, §5\.2\): /);
      await boxes[6].focus();
      await page.keyboard.press('Tab');
      expect((await lit()).bytes).toBe('37fa213d');
      const bytes = await page.$$('.byte');
      await bytes[7].hover();
      expect((await lit()).fields[0]).toBe('Payload data 5 B');
    });

    it('goes from frame to frame', async () => {
      await fill('#bytes', '81 01 61 89 00 88 02 03 e8');
      const frames = await page.$$('.frames button');
      expect(frames.length).toBe(3);
      await frames[2].click();
      expect(await page.$$eval('.frames button', (all) => all.map((b) => b.ariaPressed))).toEqual([
        ...['false', 'false', 'true'],
      ]);
      expect(await textOf('#report')).toContain('Frame 2: close, at byte 5');
    });

    it('a file of 32 MiB: looks at its beginning, says so, and stays responsive', async () => {
      const path = join(folder, 'large.bin');
      const frame = Buffer.concat([Buffer.from([0x82, 0x7e, 0x04, 0x00]), Buffer.alloc(1024)]);
      writeFileSync(path, Buffer.concat(Array.from({ length: 32_640 }, () => frame)));
      const input = (await page.$('#file')) as ElementHandle<HTMLInputElement>;
      await input.uploadFile(path);
      await expect.poll(() => textOf('#verdict')).toContain('first 4 MiB');
      expect(await textOf('#verdict')).toMatch(/3\d\d\d more frames are not shown/);
      await page.click('#tab-build');
      expect(await page.$eval('#build', (panel) => (panel as HTMLElement).hidden)).toBe(false);
    });

    it('a paste of 20 million characters is read, not shown', async () => {
      await page.evaluate(() => {
        const event = new ClipboardEvent('paste', { bubbles: true });
        const clipboardData = { getData: () => '810161'.repeat(3_400_000) };
        Object.defineProperty(event, 'clipboardData', { value: clipboardData });
        document.querySelector('#bytes')?.dispatchEvent(event);
      });
      expect(await textOf('#verdict')).toMatch(/first 8 MiB are inspected/);
      expect(await page.$eval('#bytes', (field) => (field as HTMLTextAreaElement).value)).toBe('');
    });
  });

  it('the tabs: one stop of the Tab key, arrows between them', async () => {
    await page.focus('#tab-inspect');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-build');
    await page.keyboard.press('End');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-measure');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-inspect');
    const reachable = await page.$$eval('[role="tab"]', (all) =>
      all.map((tab) => (tab as HTMLElement).tabIndex),
    );
    expect(reachable).toEqual([0, -1, -1]);
  });

  describe('the playground', () => {
    beforeEach(() => page.click('#tab-build'));
    const bytes = () =>
      page.$$eval('#built .byte', (all) => all.map((byte) => byte.textContent).join(''));

    it('builds the frame of the fields', async () => {
      await fill('[name="payload"]', 'Hello');
      expect(await bytes()).toBe('818537fa213d7f9f4d5158');
      await page.click('[name="masked"]');
      expect(await bytes()).toBe('810548656c6c6f');
      await page.select('[name="opcode"]', '8');
      expect(await bytes()).toBe('880703e848656c6c6f');
    });

    it('builds wrong ones too, and says what they break', async () => {
      await page.click('[name="fin"]');
      await page.select('[name="opcode"]', '9');
      expect(await textOf('#built')).toContain('WS_ERR_EXPECTED_FIN');
      await page.select('[name="opcode"]', '1');
      await page.select('[name="form"]', '2');
      expect((await bytes()).slice(0, 20)).toBe('01ff000000000000000f');
      expect(await textOf('#built')).toContain('WS_ERR_NON_MINIMAL_PAYLOAD_LENGTH');
    });

    it('says what is no field', async () => {
      await fill('[name="key"]', '37fa');
      expect(await textOf('#built')).toContain('the masking-key must be eight hex digits');
    });

    it('hands a frame to the inspector', async () => {
      await fill('[name="payload"]', '끝');
      const [, open] = await page.$$('#built .row button');
      await open.click();
      expect(await textOf('#report pre')).toBe('끝');
    });
  });

  it('the measurement: every size, every decoder, a plot', async () => {
    await page.click('#tab-measure');
    await page.click('#run');
    const state = () =>
      page.evaluate(() => [
        document.querySelectorAll('#table tbody tr').length,
        document.querySelector('#run')?.textContent,
      ]);
    await expect.poll(state, { timeout: 80_000 }).toEqual([7, 'Run']);
    expect(await textOf('#outcome')).toMatch(/times as fast at 1 KiB, [\d.]+ times as fast at 64/);
    const cells = await page.$$eval('#table td', (all) => all.map((cell) => cell.textContent));
    expect(cells.filter((cell) => /^[\d,]+$/.test(cell ?? '')).length).toBe(21);
    expect(await page.$$eval('#plot canvas', (all) => all.length)).toBe(1);
    expect(await flaws()).toEqual([]);
  });

  it.each(['light', 'dark'])('axe finds nothing serious in the %s', async (scheme) => {
    if (name === 'chromium') {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    }
    for (const tab of ['inspect', 'build', 'measure']) {
      await page.click(`#tab-${tab}`);
      expect(await flaws()).toEqual([]);
    }
  });

  // Debian's Firefox cannot be told to be a phone.
  if (name === 'chromium')
    it('fits a phone', async () => {
      await page.setViewport({ width: 360, height: 740 });
      await page.reload();
      for (const tab of ['inspect', 'build', 'measure']) {
        await page.click(`#tab-${tab}`);
        const [wide, room] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          innerWidth,
        ]);
        expect(wide).toBeLessThanOrEqual(room);
      }
      const picture = join(folder, `phone-${name}.png`);
      await page.screenshot({ path: picture as `${string}.png`, fullPage: true });
      expect(existsSync(picture) && statSync(picture).size).toBeGreaterThan(10_000);
    });

  it('works without a network once it has been there', async () => {
    const own = await serve(join(folder, 'site'));
    const address = own.url;
    strangers = [];
    const visitor = await browser.newPage();
    await visitor.goto(address);
    await visitor.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await own.close();
    await visitor.goto(address);
    expect(await visitor.$eval('#verdict', (element) => element.textContent)).toContain('1 frame');
    await visitor.close();
  });
});
