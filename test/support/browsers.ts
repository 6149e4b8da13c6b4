// Real browsers, headless and kept to this machine.

import { existsSync } from 'node:fs';
import { type Browser, launch } from 'puppeteer-core';

export type BrowserName = 'chromium' | 'firefox';

const PLACES: Record<BrowserName, readonly string[]> = {
  chromium: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  firefox: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
};

const CHROMIUM_FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** Starts a browser. Throws where there is none. */
export async function start(name: BrowserName): Promise<Browser> {
  const executablePath = PLACES[name].find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`there is no ${name} in ${PLACES[name]}`);
  if (name === 'firefox') return launch({ browser: 'firefox', executablePath, headless: true });
  return launch({ executablePath, headless: true, args: CHROMIUM_FLAGS });
}
