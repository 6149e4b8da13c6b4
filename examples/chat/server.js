// The chat as a server: HTTP for the page, WebSockets for the rest, over any bus.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import * as stock from 'ws';
import * as wsimd from 'wsimd/ws';
import { turnAway, turnUpgradeAway } from '../support/admission.js';
import { listen, nameOf } from '../support/settings.js';
import { safe } from '../support/terminal.js';
import { choose, objection, objectionToHost } from './admit.js';
import { PAGE, serve } from './files.js';
import { Peer } from './peer.js';
import { PROTOCOLS } from './protocols.js';
import { Rooms } from './rooms.js';

const ENGINES = { wsimd, ws: stock };
/** Bytes of one message from a client; what is bigger ends its connection with 1009. */
const MAX_PAYLOAD = 16 << 10;
/** Milliseconds somebody has for their half of the closing handshake. */
const CLOSE_TIMEOUT = 4000;

export class ChatServer {
  settings;
  rooms;
  log;
  /** Its name, told to clients. */
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
    // Much of what is logged a client has sent, such as its Origin.
    this.log = (line) => log(safe(line));
    this.server = server;
    this.rooms = new Rooms(bus, settings);
    this.#files = files;
    this.#bus = bus;
    bus.onalone = () => this.#tellAll(this.state());
    this.#sockets = new ENGINES[settings.engine].WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: MAX_PAYLOAD,
      closeTimeout: CLOSE_TIMEOUT,
      handleProtocols: choose,
    });
  }

  /** Whether people of other processes are reached. */
  state = () => ({ type: 'state', alone: this.#bus.alone });

  /** Resolves to the addresses of its pages. */
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

  /** No more people, and those who are here are told; what they said is kept and acknowledged before. */
  async close(why = 'The server is being restarted.') {
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

  /** The same promise; the server does not end before it is settled. */
  async beforeTheEnd(promise) {
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
    return `${scheme}://${nameOf(host)}:${await listen(server, port, setting, host)}/`;
  }

  #answer(request, response) {
    const wrongHost = objectionToHost(request, this.settings);
    if (wrongHost !== null) return turnAway(response, wrongHost[1]);
    if (request.url !== '/health') return serve(this.#files, request, response);
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage().rss;
    const health = { server: this.server, people: this.#peers.size, cpu: user + system, memory };
    response.writeHead(this.#isClosing ? 503 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ ...health, ...this.state(), isClosing: this.#isClosing }));
  }

  #upgrade(request, socket, head) {
    socket.on('error', ({ message }) => this.log(`a connection: ${message}`));
    const closing = this.#isClosing ? [503, 'The server is being restarted.'] : null;
    const why = closing ?? objection(request, this.settings);
    if (why !== null) {
      this.log(`turned away: ${why.join(' ')}`);
      return turnUpgradeAway(socket, ...why);
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const peer = new Peer(webSocket, PROTOCOLS.get(webSocket.protocol), this);
      this.#peers.add(peer);
      webSocket.on('close', () => this.#peers.delete(peer));
    });
  }

  /** Who has said nothing since the last beat, not even in answer to its ping, is dead. */
  #beatAll() {
    for (const peer of this.#peers) {
      if (!peer.isHeard) {
        this.log(`${peer.author} is dead: nothing heard for ${this.settings.beat} ms`);
        peer.socket.terminate();
      } else if (peer.isOpen) {
        peer.isHeard = false;
        peer.socket.ping();
      }
    }
  }

  #tellAll(event) {
    for (const peer of this.#peers) peer.tell(event);
  }
}
