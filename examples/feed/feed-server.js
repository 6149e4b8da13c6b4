// The feed server: a market, the page over HTTP, and an outlet per WebSocket.

import { createServer } from 'node:http';
import { hasAllowedHost, rejectRequest, verifyOwnPage } from '../support/admission.js';
import { pathOf, readPages, sendPage } from '../support/pages.js';
import { listen } from '../support/settings.js';
import { safe } from '../support/terminal.js';
import { Market } from './market.js';
import { Outlet } from './outlet.js';

const POLL_EVERY = 100;

const pages = readPages(new URL('page/', import.meta.url));

/**
 * Starts the feed with the `WebSocketServer` of ws or a replacement. Resolves to the port once it listens.
 */
export async function startFeed(WebSocketServer, settings, log = console.log) {
  const market = new Market(settings);
  const outlets = new Set();

  const server = createServer((request, response) => {
    if (!hasAllowedHost(request)) return rejectRequest(response);
    const path = pathOf(request);
    if (path === '/status') {
      const status = { ...statusOf(market, outlets), cpu: process.cpuUsage() };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(status));
      return;
    }
    sendPage(pages, path, response, 'the page is at /, the feed at /feed');
  });

  const options = { path: '/feed', maxPayload: 1024, verifyClient: verifyOwnPage };
  const sockets = new WebSocketServer({ server, ...options });
  sockets.on('error', () => {}); // Repeats the HTTP server's error, which `listen` below reports.
  sockets.on('connection', (socket) => {
    const outlet = new Outlet(socket, market, settings);
    outlets.add(outlet);
    socket.on('close', () => outlets.delete(outlet));
    socket.on('error', ({ message }) => log(safe(`client error: ${message}`)));
  });

  const port = await listen(server, settings.port, '--port');
  market.start((messages) => {
    for (const outlet of outlets) outlet.offer(messages);
  });
  const patience = settings.patience * 1000;
  setInterval(() => {
    for (const outlet of outlets) {
      outlet.poll();
      if (outlet.silentFor > patience) {
        log(`a client did not answer for ${settings.patience} s: disconnecting it`);
        outlet.cut();
      }
    }
  }, POLL_EVERY);
  return port;
}

function statusOf(market, outlets) {
  return {
    sequence: market.sequence,
    prices: market.prices,
    memory: process.memoryUsage().rss,
    clients: [...outlets].map(({ isLive, lags, bufferedAmount }) => ({
      isLive,
      lags,
      bufferedAmount,
    })),
  };
}
