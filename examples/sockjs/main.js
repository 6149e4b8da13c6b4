// `npm run example -- sockjs`: a shared board on SockJS, with its WebSocket transport on wsimd.

import { fileURLToPath } from 'node:url';
import { guard } from '../support/admission.js';
import { servePage } from '../support/pages.js';
import { run } from '../support/process.js';
import { numberFrom, wordFrom } from '../support/settings.js';
import { safeLines } from '../support/terminal.js';
import { serveBoard } from './board.js';
import { fayeWebSocketOn } from './faye-websocket.js';
import { loadSockJS } from './plug.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

run(async () => {
  const port = numberFrom(process.env, 'PORT', 0, 0, 65_535);
  const engine = wordFrom(process.env, 'WS', ['wsimd/ws', 'ws', 'faye']);
  const sockjs = loadSockJS(engine === 'faye' ? undefined : fayeWebSocketOn(await import(engine)));
  const routes = {
    '/': here('page'),
    '/sockjs/': here('node_modules/sockjs-client/dist'),
    '/settings.json': () => ({ engine }),
  };
  const http = await servePage(routes, port);
  const server = sockjs.createServer({
    log: (level, text) => level === 'error' && console.error(safeLines(text)),
  });
  serveBoard(server);
  server.installHandlers(http, { prefix: '/board' });
  guard(http); // SockJS itself accepts any origin
  console.log(`Page: http://127.0.0.1:${http.address().port}/`);

  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit());
});
