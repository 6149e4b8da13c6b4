// Vitest's browser mode in the browsers of this machine: what opens its page.

import { defineBrowserProvider } from '@vitest/browser';
import type { Browser } from 'puppeteer-core';
import type { BrowserProvider, BrowserProviderOption, TestProject } from 'vitest/node';
import { type BrowserName, start } from '../support/browsers.ts';

class PuppeteerProvider implements BrowserProvider {
  readonly name = 'puppeteer';
  readonly supportsParallelism = false;
  private readonly browserName: BrowserName;
  private browser: Promise<Browser> | undefined;

  constructor(project: TestProject) {
    this.browserName = project.config.browser.name as BrowserName;
  }

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_session: string, url: string): Promise<void> {
    this.browser ??= start(this.browserName);
    const page = await (await this.browser).newPage();
    await page.goto(url, { waitUntil: 'domcontentloaded' });
  }

  async close(): Promise<void> {
    await (await this.browser)?.close();
    this.browser = undefined;
  }
}

export function puppeteer(): BrowserProviderOption {
  return defineBrowserProvider({
    name: 'puppeteer',
    supportedBrowser: ['chromium', 'firefox'],
    providerFactory: (project) => new PuppeteerProvider(project),
  });
}
