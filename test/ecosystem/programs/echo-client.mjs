// A client of ws, for servers that send back what they get.

import { once } from 'node:events';
import * as ws from 'ws';
import { brief, bytes, korean, large, met, plug, port, say } from './support.mjs';

const { WebSocket } = plug ? await import('wsimd/ws') : ws;
const client = new WebSocket(`ws://127.0.0.1:${port}/`);
await once(client, 'open');
met(client);
for (const data of [korean, large, bytes, Buffer.alloc(300_000, 7)]) {
  client.send(data);
  const [answer] = await once(client, 'message');
  say(brief(answer));
}
const seen = [];
const all = new Promise((resolve) => {
  client.on('message', (data) => {
    seen.push(String(data));
    if (seen.length === 1000) resolve();
  });
});
for (let i = 0; i < 1000; i++) client.send(`message ${i}`);
await all;
say(seen.every((text, i) => text === `message ${i}`));
client.ping('still there?');
say(String((await once(client, 'pong'))[0]));
client.close(1000, '끝');
const [code] = await once(client, 'close');
say(code);
