// A page visited in a real browser: what came of it, and what the browser logged.

import type { Browser } from 'puppeteer-core';
import { type Site, serve } from './server.ts';

export interface Visit {
  outcome: unknown;
  logged: string[];
}

/** Waits until the page has told its outcome (apps/tell.js). */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage();
  const logged: string[] = [];
  page.on('console', (message) => logged.push(message.text()));
  page.on('pageerror', (error) => logged.push(String(error)));
  try {
    await page.goto(url);
    const element = await page.waitForSelector('html[data-outcome]', { timeout: 30_000 });
    const told = await element?.evaluate((html) => html.dataset.outcome);
    return { outcome: JSON.parse(told ?? 'null'), logged };
  } catch (error) {
    throw new Error(`${url}: ${error}\n${logged.join('\n')}`, { cause: error });
  } finally {
    await page.close();
  }
}

/** Visits the page of a folder that is served for as long as that takes. */
export async function visitFolder(
  browser: Browser,
  folder: string,
  options?: Parameters<typeof serve>[1],
): Promise<Visit> {
  const site: Site = await serve(folder, options);
  try {
    return await visit(browser, site.url);
  } finally {
    await site.close();
  }
}
