// A shared board: every line goes to all clients. New clients get the last hundred lines.

import { LARGEST } from './page/desk.js';

const KEPT = 100;
const LONGEST_ID = 60;

/** Adds a board to a SockJS server. */
export function serveBoard(sockjsServer) {
  const connections = new Set();
  const lines = [];
  sockjsServer.on('connection', (connection) => {
    if (!connection) return; // sockjs-node passes null for a client that has already left
    for (const line of lines) connection.write(line);
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('data', (data) => {
      const line = lineOf(data);
      if (line === null) return connection.close(4000, 'Not a valid line');
      lines.push(line);
      if (lines.length > KEPT) lines.shift();
      for (const each of connections) each.write(line);
    });
  });
}

/** Returns the line with only its id and text; null if either is missing or too long. */
function lineOf(data) {
  try {
    const { id, text } = JSON.parse(data);
    const isText = typeof id === 'string' && typeof text === 'string';
    return isText && id.length <= LONGEST_ID && text.length <= LARGEST
      ? JSON.stringify({ id, text })
      : null;
  } catch {
    return null;
  }
}
