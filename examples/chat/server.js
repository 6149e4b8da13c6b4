// The chat server: HTTP for the page, WebSockets for the chat, on any bus.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import * as stock from 'ws';
import * as wsimd from 'wsimd/ws';
import { rejectRequest, rejectUpgrade } from '../support/admission.js';
import { bracketed, listen } from '../support/settings.js';
import { safe } from '../support/terminal.js';
import { checkHost, checkUpgrade, selectProtocol } from './admit.js';
import { PAGE, serve } from './files.js';
import { Peer } from './peer.js';
import { PROTOCOLS } from './protocols.js';
import { Rooms } from './rooms.js';

const ENGINES = { wsimd, ws: stock };
/** Maximum bytes of a client's message. A larger one closes the connection with 1009. */
const MAX_PAYLOAD = 16 << 10;
/** Milliseconds a client has to answer a close frame. */
const CLOSE_TIMEOUT = 4000;

export class ChatServer {
  settings;
  rooms;
  log;
  /** The server's name, sent to clients. */
  server;
  #bus;
  #files;
  #sockets;
  #peers = new Set();
  #servers = [];
  #beat;
  #unanswered = new Set();
  #isClosing = false;

  constructor({ bus, settings, log = console.error, server = `${process.pid}`, files = PAGE }) {
    this.settings = settings;
    // Log lines contain client input, such as the Origin.
    this.log = (line) => log(safe(line));
    this.server = server;
    this.rooms = new Rooms(bus, settings);
    this.#files = files;
    this.#bus = bus;
    bus.onoutage = () => this.#sendAll(this.state());
    this.#sockets = new ENGINES[settings.engine].WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: MAX_PAYLOAD,
      closeTimeout: CLOSE_TIMEOUT,
      handleProtocols: selectProtocol,
    });
  }

  /** Whether users of other processes can be reached. */
  state = () => ({ type: 'state', outage: this.#bus.outage });

  /** Resolves to the page's addresses. */
  async listen() {
    this.#bus.open();
    const { host, port, tls } = this.settings;
    const addresses = [await this.#listen('http', createServer(), host, port, 'PORT')];
    if (tls) {
      const server = createSecureServer(tls);
      addresses.push(await this.#listen('https', server, host, tls.port, 'TLS_PORT'));
    }
    this.#beat = setInterval(() => this.#beatAll(), this.settings.beat);
    return addresses;
  }

  /** Accepts no new connections, stores and acknowledges pending messages, then closes all connections. */
  async close(why = 'The server is restarting.') {
    this.#isClosing = true;
    for (const server of this.#servers) server.close();
    clearInterval(this.#beat);
    const end = AbortSignal.timeout(this.settings.drain);
    const isOver = once(end, 'abort');
    await Promise.race([Promise.allSettled(this.#unanswered), isOver]);
    for (const { socket } of this.#peers) socket.close(1001, why);
    const gone = [...this.#peers].map(
      ({ socket }) => new Promise((resolve) => socket.once('close', resolve)),
    );
    await Promise.race([Promise.all(gone), isOver]);
    for (const { socket } of this.#peers) socket.terminate();
    for (const server of this.#servers) server.closeAllConnections();
    await this.#bus.close();
  }

  /** Returns the promise's value. Shutdown waits for the promise. */
  async delayShutdown(promise) {
    this.#unanswered.add(promise);
    try {
      return await promise;
    } finally {
      this.#unanswered.delete(promise);
    }
  }

  async #listen(scheme, server, host, port, setting) {
    this.#servers.push(server);
    server.on('request', (request, response) => this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    return `${scheme}://${bracketed(host)}:${await listen(server, port, setting, host)}/`;
  }

  #answer(request, response) {
    const hostError = checkHost(request, this.settings);
    if (hostError !== null) return rejectRequest(response, hostError[1]);
    if (request.url !== '/health') return serve(this.#files, request, response);
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage().rss;
    const health = { server: this.server, people: this.#peers.size, cpu: user + system, memory };
    response.writeHead(this.#isClosing ? 503 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ ...health, ...this.state(), isClosing: this.#isClosing }));
  }

  #upgrade(request, socket, head) {
    socket.on('error', ({ message }) => this.log(`connection error: ${message}`));
    const shutdownError = this.#isClosing ? [503, 'The server is restarting.'] : null;
    const error = shutdownError ?? checkUpgrade(request, this.settings);
    if (error !== null) {
      this.log(`rejected: ${error.join(' ')}`);
      return rejectUpgrade(socket, ...error);
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const peer = new Peer(webSocket, PROTOCOLS.get(webSocket.protocol), this);
      this.#peers.add(peer);
      webSocket.on('close', () => this.#peers.delete(peer));
    });
  }

  /** Pings every peer. A peer that sent nothing since the last ping is dead. */
  #beatAll() {
    for (const peer of this.#peers) {
      if (!peer.isAlive) {
        this.log(`${peer.author} is dead: silent for ${this.settings.beat} ms`);
        peer.socket.terminate();
      } else if (peer.isOpen) {
        peer.isAlive = false;
        peer.socket.ping();
      }
    }
  }

  #sendAll(event) {
    for (const peer of this.#peers) peer.send(event);
  }
}
