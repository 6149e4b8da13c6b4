// A board: what one writes, all see. The last hundred lines are told to whoever comes.

import { LARGEST } from './page/desk.js';

const KEPT = 100;
const LONGEST_ID = 60;

/** Puts a board on a SockJS server. */
export function serveBoard(sockjsServer) {
  const connections = new Set();
  const lines = [];
  sockjsServer.on('connection', (connection) => {
    if (!connection) return; // as sockjs-node tells of a client that was gone at once
    for (const line of lines) connection.write(line);
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('data', (data) => {
      const line = lineOf(data);
      if (line === null) return connection.close(4000, 'This is no line for the board.');
      lines.push(line);
      if (lines.length > KEPT) lines.shift();
      for (const each of connections) each.write(line);
    });
  });
}

/** What the board keeps of what it was sent: nothing but an id and a text, neither too long; null if it is no line. */
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
