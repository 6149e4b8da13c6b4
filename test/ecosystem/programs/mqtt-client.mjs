// MQTT.js: `createWebsocket` makes the WebSocket. The server is mosquitto.

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { brief, bytes, korean, met, plug, port, say } from './support.mjs';

const require = createRequire(import.meta.url);
const mqtt = require('mqtt');
const own = createRequire(require.resolve('mqtt'))('ws');
const { WebSocket } = plug ? await import('wsimd/ws') : own;
let socket;
const createWebsocket = (url, protocols, { wsOptions }) => {
  socket = new WebSocket(url, protocols, wsOptions);
  return socket;
};
const options = { protocolVersion: 5, reconnectPeriod: 0, createWebsocket };
const client = mqtt.connect(`ws://127.0.0.1:${port}`, options);
await once(client, 'connect');
met(socket);
await client.subscribeAsync('rooms/#', { qos: 1 });
const heard = [];
client.on('message', (topic, payload) => heard.push([topic, brief(payload)]));
const wait = async (count) => {
  while (heard.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
};
await client.publishAsync('rooms/a', korean, { qos: 1 });
await client.publishAsync('rooms/b', bytes, { qos: 1 });
await client.publishAsync('rooms/c', Buffer.alloc(9000, 1), { qos: 2 });
await wait(3);
for (const one of heard.splice(0)) say(...one);
for (let i = 0; i < 200; i++) client.publish('rooms/many', String(i), { qos: 1 });
await wait(200);
say(heard.every(([, text], i) => text === String(i)));
await client.endAsync();
