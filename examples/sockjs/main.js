// `npm run example -- sockjs`: a board on SockJS, its WebSocket transport on wsimd.

import { fileURLToPath } from 'node:url';
import { servePage } from '../support/pages.js';
import { serveBoard } from './board.js';
import { fayeWebSocketOn } from './faye-websocket.js';
import { loadSockJS } from './plug.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { PORT = 0, WS = 'wsimd/ws' } = process.env;
const sockjs = loadSockJS(WS === 'faye' ? undefined : fayeWebSocketOn(await import(WS)));

const http = await servePage(
  {
    '/': here('page'),
    '/sockjs/': here('node_modules/sockjs-client/dist'),
    '/settings.json': () => ({ engine: WS }),
  },
  Number(PORT),
);
const server = sockjs.createServer({
  log: (level, text) => level === 'error' && console.error(text),
});
serveBoard(server);
server.installHandlers(http, { prefix: '/board' });
console.log(`Page: http://127.0.0.1:${http.address().port}/`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit());
