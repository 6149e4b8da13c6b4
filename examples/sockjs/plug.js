// Loads sockjs-node with something else in place of faye-websocket, which it requires by name and lets nobody hand in.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Node looks into require.cache before it looks for a file. */
export function loadSockJS(fayeWebSocket) {
  if (fayeWebSocket) {
    const filename = createRequire(require.resolve('sockjs')).resolve('faye-websocket');
    require.cache[filename] = { id: filename, filename, loaded: true, exports: fayeWebSocket };
  }
  return require('sockjs');
}
