// A board: what one writes, all see. The last hundred lines are told to whoever comes.

import { LARGEST } from './page/desk.js';

const KEPT = 100;

/** Puts a board on a SockJS server. */
export function serveBoard(sockjsServer) {
  const connections = new Set();
  const lines = [];
  sockjsServer.on('connection', (connection) => {
    if (!connection) return; // as sockjs-node tells of a client that was gone at once
    for (const line of lines) connection.write(line);
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('data', (line) => {
      if (!isLine(line)) return connection.close(4000, 'This is no line for the board.');
      lines.push(line);
      if (lines.length > KEPT) lines.shift();
      for (const each of connections) each.write(line);
    });
  });
}

function isLine(line) {
  try {
    const { id, text } = JSON.parse(line);
    return typeof id === 'string' && typeof text === 'string' && text.length <= LARGEST;
  } catch {
    return false;
  }
}
