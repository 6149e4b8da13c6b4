// A price feed on wsimd/ws: many small messages per second, to pages and to programs.

import { run } from '../support/process.js';
import { readSettings } from '../support/settings.js';
import { startFeed } from './feed-server.js';

run(async () => {
  const settings = readSettings({
    port: { fallback: 8405, least: 0, most: 65_535 },
    rate: { fallback: 20_000, least: 1, most: 1_000_000 },
    instruments: { fallback: 12, least: 1, most: 1000 },
    'lag-bytes': { fallback: 262_144, least: 1024, most: 2 ** 30 },
    'lag-time': { fallback: 1000, least: 10, most: 60_000 },
    patience: { fallback: 30, least: 1, most: 3600 },
    library: { fallback: 'wsimd/ws', of: ['wsimd/ws', 'ws'] },
  });
  const { WebSocketServer } = await import(settings.library);
  const port = await startFeed(WebSocketServer, settings);
  const rate = settings.rate.toLocaleString('en');
  console.log(
    `${rate} ticks per second of ${settings.instruments} instruments, with ${settings.library}`,
  );
  console.log(`page:   http://localhost:${port}/`);
  console.log(`client: node examples/feed/client.js --url ws://localhost:${port}/feed`);
});
