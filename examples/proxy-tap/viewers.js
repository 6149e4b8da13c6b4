// The page, and a WebSocket for everyone who looks at it: what changed, ten times a second, in one message.

import { createServer } from 'node:http';
import { WebSocketServer } from 'wsimd/ws';
import { isForHere, turnAway, verifyOwnPage } from '../support/admission.js';
import { pathOf, readPages, sendPage } from '../support/pages.js';

const EVERY = 100;
/** Frames shown of each tenth of a second: more than that nobody reads. */
const MOST_FRAMES = 50;
/** Bytes that may wait for a viewer. One that is slower misses what happened meanwhile. */
const MOST_WAITING = 1 << 20;

const pages = readPages(new URL('page/', import.meta.url));

/** An HTTP server, not yet listening, that shows what `tap` hears. `about` stands at the top of the page. */
export function createViewers(tap, about) {
  const server = createServer((request, response) => {
    if (!isForHere(request)) return turnAway(response);
    const path = pathOf(request);
    if (path === '/status') {
      const status = { connections: [...tap.connections.values()], cpu: process.cpuUsage() };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(status));
      return;
    }
    sendPage(pages, path, response, 'the page is at /');
  });
  const sockets = new WebSocketServer({ server, path: '/events', verifyClient: verifyOwnPage });
  sockets.on('error', () => {}); // The HTTP server's, for whoever listens with it.
  gather(tap, sockets, about);
  return server;
}

function gather(tap, sockets, about) {
  let frames = [];
  let skipped = 0;
  const changed = new Set();
  tap.on('changed', (connection) => changed.add(connection));
  tap.on('violation', (connection, violation) => {
    changed.add(connection);
    frames.push({ id: connection.id, at: Date.now(), sender: violation.sender, violation });
  });
  tap.on('frame', (connection, sender, frame) => {
    changed.add(connection);
    if (sockets.clients.size === 0) return;
    if (frame.preview === undefined || frames.length >= MOST_FRAMES) skipped++;
    else frames.push({ id: connection.id, at: Date.now(), sender, ...frame });
  });
  sockets.on('connection', (socket) => {
    socket.on('error', () => {});
    const connections = [...tap.connections.values()];
    socket.send(JSON.stringify({ about, connections, frames: [], skipped: 0 }));
    tap.budget = MOST_FRAMES;
  });
  setInterval(() => {
    const isWatched = sockets.clients.size > 0;
    tap.budget = isWatched ? MOST_FRAMES : 0;
    if (isWatched && changed.size > 0) {
      const message = JSON.stringify({ connections: [...changed], frames, skipped });
      for (const socket of sockets.clients) {
        if (socket.bufferedAmount < MOST_WAITING) socket.send(message);
      }
    }
    changed.clear();
    frames = [];
    skipped = 0;
  }, EVERY).unref();
}
