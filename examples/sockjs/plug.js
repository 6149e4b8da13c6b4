// Loads sockjs-node with a replacement for faye-websocket, which it requires by name.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Works because Node checks require.cache before it loads a file. */
export function loadSockJS(fayeWebSocket) {
  if (fayeWebSocket) {
    const filename = createRequire(require.resolve('sockjs')).resolve('faye-websocket');
    require.cache[filename] = { id: filename, filename, loaded: true, exports: fayeWebSocket };
  }
  return require('sockjs');
}
