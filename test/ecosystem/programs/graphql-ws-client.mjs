import { createClient } from 'graphql-ws';
import * as ws from 'ws';
import { met, plug, port, say } from './support.mjs';

const { WebSocket } = plug ? await import('wsimd/ws') : ws;
const client = createClient({ url: `ws://127.0.0.1:${port}/graphql`, webSocketImpl: WebSocket });
client.on('connected', met);
for await (const result of client.iterate({ query: '{ hello }' })) say(result);
let sum = 0;
for await (const { data } of client.iterate({ query: 'subscription { count(to: 1000) }' })) {
  sum += data.count;
}
say(sum);
try {
  for await (const result of client.iterate({ query: '{ nothing }' })) say(result);
} catch (errors) {
  say(errors);
}
await client.dispose();
