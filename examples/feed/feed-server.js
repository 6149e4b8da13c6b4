// The feed: a market, its page over HTTP, and an outlet for every WebSocket.

import { createServer } from 'node:http';
import { isForHere, turnAway, verifyOwnPage } from '../support/admission.js';
import { pathOf, readPages, sendPage } from '../support/pages.js';
import { listen } from '../support/settings.js';
import { safe } from '../support/terminal.js';
import { Market } from './market.js';
import { Outlet } from './outlet.js';

const POLL_EVERY = 100;

const pages = readPages(new URL('page/', import.meta.url));

/**
 * Starts it with the `WebSocketServer` of ws, or of who stands in for it; resolves to the port, once it listens.
 */
export async function startFeed(WebSocketServer, settings, log = console.log) {
  const market = new Market(settings);
  const outlets = new Set();

  const server = createServer((request, response) => {
    if (!isForHere(request)) return turnAway(response);
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
  sockets.on('error', () => {}); // The HTTP server's, which is waited for below.
  sockets.on('connection', (socket) => {
    const outlet = new Outlet(socket, market, settings);
    outlets.add(outlet);
    socket.on('close', () => outlets.delete(outlet));
    socket.on('error', ({ message }) => log(safe(`a client broke the protocol: ${message}`)));
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
        log(`a client answered nothing for ${settings.patience} s: it is cut off`);
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
