// Headless Chromium for the tests, and the checks that every page must pass.

import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { launch } from 'puppeteer-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** Starts Chromium. Throws where it is not installed. */
export async function startBrowser() {
  const executablePath = PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`there is no chromium in ${PLACES}`);
  return launch({ executablePath, headless: true, args: FLAGS });
}

/** Opens a page in its own browser. `problems` collects the page's uncaught errors. */
export async function openPage(address, { width = 1000, height = 800 } = {}) {
  const browser = await startBrowser();
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.setViewport({ width, height });
  await page.goto(address);
  return { page, problems, close: () => browser.close() };
}

/** The text of the first element that matches. */
export function textOf(page, selector) {
  return page.$eval(selector, (element) => element.textContent);
}

/** The page's accessibility violations, in light and dark mode. */
export async function accessibilityProblems(page) {
  const problems = [];
  await page.evaluate(axe.source);
  for (const value of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, nodes } of violations) {
      problems.push(`${value}: ${id}: ${nodes.map(({ target }) => target).join(', ')}`);
    }
  }
  return problems;
}

/** Whether the page fits a phone without horizontal scrolling. */
export async function fitsPhone(page) {
  await page.setViewport({ width: 360, height: 740 });
  return page.evaluate(() => document.documentElement.scrollWidth <= 360);
}
