// A reverse proxy for WebSocket that forwards bytes unchanged and shows the decoded frames on a page.

import { run } from '../support/process.js';
import { listen, readSettings, SettingError } from '../support/settings.js';
import { safe, safeLines } from '../support/terminal.js';
import { startDemo } from './demo.js';
import { createProxy } from './proxy.js';
import { Tap } from './tap.js';
import { createViewers } from './viewers.js';

run(async () => {
  const port = { least: 0, most: 65_535 };
  const settings = readSettings({
    port: { ...port, fallback: 8406 },
    'page-port': { ...port, fallback: 8407 },
    upstream: { fallback: '' },
    check: { fallback: false },
    'no-tap': { fallback: false },
    'connect-timeout': { fallback: 5000, least: 1, most: 600_000 },
    linger: { fallback: 30_000, least: 1, most: 3_600_000 },
  });
  const demo = settings.upstream === '' ? await startDemo() : undefined;
  const upstream = addressOf(demo?.address ?? settings.upstream);
  const tap = settings['no-tap'] ? undefined : new Tap({ check: settings.check });
  tap?.on('violation', ({ id, target }, { sender, rule, section, offset }) => {
    const where = offset === undefined ? '' : `, byte ${offset}`;
    console.log(safe(`#${id} ${target}: the ${sender} violated §${section}${where}: ${rule}`));
  });
  const { 'connect-timeout': connectTimeout, linger } = settings;
  const log = (text) => console.log(safeLines(text));
  const proxy = createProxy({ upstream, connectTimeout, linger, tap, log });
  const proxyPort = await listen(proxy, settings.port, '--port');
  console.log(`proxy: ws://localhost:${proxyPort}/ for ${upstream.host}:${upstream.port}`);
  const about = `ws://localhost:${proxyPort}/ for ${upstream.host}:${upstream.port}`;
  const viewers = createViewers(tap ?? new Tap(), about);
  console.log(
    `page:  http://localhost:${await listen(viewers, settings['page-port'], '--page-port')}/`,
  );
  demo?.talk(`ws://127.0.0.1:${proxyPort}`);
});

function addressOf(text) {
  const [, host, port] =
    /^(?:ws:\/\/|http:\/\/)?([\w.-]+|\[[\da-f:]+\]):(\d{1,5})\/?$/i.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new SettingError(
      `--upstream must be a host and a port like localhost:3000, got "${text}"`,
    );
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
