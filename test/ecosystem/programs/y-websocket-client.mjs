import { createRequire } from 'node:module';
import * as ws from 'ws';
import { met, plug, port, say } from './support.mjs';

const require = createRequire(import.meta.url);
const Y = require('yjs');
const { WebsocketProvider } = require('y-websocket');
const { WebSocket: WebSocketPolyfill } = plug ? await import('wsimd/ws') : ws;
const join = async () => {
  const doc = new Y.Doc();
  const options = { WebSocketPolyfill, disableBc: true };
  const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, 'room', doc, options);
  await new Promise((resolve) => provider.once('sync', resolve));
  met(provider.ws);
  return { doc, provider };
};
const [a, b] = [await join(), await join()];
for (let i = 0; i < 200; i++) a.doc.getText('t').insert(0, '가나다 ');
b.doc.getArray('list').push([new Uint8Array(50_000)]);
b.provider.awareness.setLocalState({ name: '영희' });
const settled = () =>
  b.doc.getText('t').length === 800 &&
  a.doc.getArray('list').length === 1 &&
  [...a.provider.awareness.getStates().values()].some(({ name }) => name === '영희');
while (!settled()) await new Promise((resolve) => setTimeout(resolve, 5));
say(
  b.doc.getText('t').toString() === a.doc.getText('t').toString(),
  a.doc.getArray('list').get(0).length,
);
for (const { provider } of [a, b]) provider.destroy();
process.exit();
