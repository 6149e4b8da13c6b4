// A page that imports what is for Node, and uses it.

import WebSocket, { WebSocketServer } from 'wsimd/ws';
import { tell } from './tell.js';

function messageOf(use) {
  try {
    return String(use());
  } catch (error) {
    return error.message;
  }
}

tell(
  Promise.resolve([
    messageOf(() => new WebSocket('ws://localhost')),
    messageOf(() => new WebSocketServer({ port: 0 })),
    messageOf(() => WebSocket.OPEN),
  ]),
);
