// Serves the page, and a WebSocket to each viewer: the changes, ten times per second, in one message.

import { createServer } from 'node:http';
import { WebSocketServer } from 'wsimd/ws';
import { hasAllowedHost, rejectRequest, verifyOwnPage } from '../support/admission.js';
import { pathOf, readPages, sendPage } from '../support/pages.js';

const EVERY = 100;
/** Frames shown per tenth of a second: nobody can read more. */
const MOST_FRAMES = 50;
/** Bytes that may wait for a viewer. A slower one misses updates. */
const MOST_WAITING = 1 << 20;

const pages = readPages(new URL('page/', import.meta.url));

/** Returns an HTTP server, not yet listening, that shows the traffic of `tap`. `about` is the page's subtitle. */
export function createViewers(tap, about) {
  const server = createServer((request, response) => {
    if (!hasAllowedHost(request)) return rejectRequest(response);
    const path = pathOf(request);
    if (path === '/status') {
      const status = { connections: [...tap.connections.values()], cpu: process.cpuUsage() };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(status));
      return;
    }
    sendPage(pages, path, response, 'the page is at /');
  });
  const sockets = new WebSocketServer({ server, path: '/events', verifyClient: verifyOwnPage });
  sockets.on('error', () => {}); // Repeats the HTTP server's error, which the caller handles.
  broadcastChanges(tap, sockets, about);
  return server;
}

function broadcastChanges(tap, sockets, about) {
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
