// crossws: its Node adapter is given a server of ws, for its own copy is bundled.

import { createServer } from 'node:http';
import crossws from 'crossws/adapters/node';
import { WebSocketServer } from 'wsimd/ws';
import { listening, met, plug } from './support.mjs';

const wss = plug ? new WebSocketServer({ noServer: true }) : undefined;
const adapter = crossws({
  wss,
  hooks: {
    open: (peer) => met(peer._internal?.ws ?? peer.websocket),
    message: (peer, message) =>
      peer.send(typeof message.rawData === 'string' ? message.rawData : message.uint8Array()),
  },
});
const http = createServer();
http.on('upgrade', adapter.handleUpgrade);
http.listen(0, '127.0.0.1', () => listening(http));
