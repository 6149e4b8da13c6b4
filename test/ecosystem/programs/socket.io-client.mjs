import { once } from 'node:events';
import { createRequire } from 'node:module';
import { brief, bytes, korean, large, met, plug, port, say } from './support.mjs';

const require = createRequire(import.meta.url);
if (plug) {
  // The client takes no class: the ws it holds itself is accelerated.
  const { accelerate } = require('wsimd/ws');
  accelerate(createRequire(require.resolve('engine.io-client'))('ws'));
}
const { io } = require('socket.io-client');
const options = { transports: ['websocket'], forceNew: true, reconnection: false };
const [a, b] = [0, 1].map(() => io(`http://127.0.0.1:${port}`, options));
await Promise.all([a, b].map((socket) => new Promise((resolve) => socket.on('connect', resolve))));
met(a.io.engine.transport.ws);

const say_ = (name, [first, second]) => say(name, brief(first), second);
say_('echo', [await a.emitWithAck('echo', korean)]);
say_('echo', [await a.emitWithAck('echo', large)]);
say_('echo', [await a.emitWithAck('echo', bytes)]);
const nested = await a.emitWithAck('echo', { deep: [{ bytes }], korean });
say('nested', brief(nested.deep[0].bytes), nested.korean);

for (const data of [korean, bytes, large]) {
  const heard = [a, b].map((socket) => new Promise((resolve) => socket.once('all', resolve)));
  a.emit('all', data);
  say('all', ...(await Promise.all(heard)).map(brief));
}
await b.emitWithAck('join', 'kitchen');
const inRoom = new Promise((resolve) => b.once('room', (...args) => resolve(args)));
let elsewhere = 0;
a.on('room', () => elsewhere++);
a.emit('room', 'kitchen', korean, bytes);
say('room', ...(await inRoom).map(brief), elsewhere);
const many = new Promise((resolve) => {
  const seen = [];
  b.on('all', (i) => {
    seen.push(i);
    if (seen.length === 500) resolve(seen);
  });
});
for (let i = 0; i < 500; i++) a.emit('all', i);
say(
  'in order',
  (await many).every((value, i) => value === i),
);
const gone = new Promise((resolve) => a.once('disconnect', resolve));
a.emit('bye');
say('disconnect', await gone);
b.close();
void once;
