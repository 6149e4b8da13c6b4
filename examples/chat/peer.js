// One connection: parses and rate-limits its commands, and sends what is meant for it alone.

import { createHash, randomUUID } from 'node:crypto';
import { commands } from './commands.js';
import { Limiter } from './limiter.js';
import { Refusal } from './rules.js';

/** Tokens taken for an invalid message, in addition to its own. */
const INVALID_MESSAGE_COST = 5;

export class Peer {
  socket;
  protocol;
  hub;
  name = 'guest';
  author = authorOf(randomUUID());
  /** Joined rooms by name, in the order joined. */
  rooms = new Map();
  /** Numbers the messages of clients that do not number their own. */
  count = 0;
  /** Whether anything has arrived since the last heartbeat. */
  isAlive = true;
  #limiter;

  constructor(socket, protocol, hub) {
    this.socket = socket;
    this.protocol = protocol;
    this.hub = hub;
    this.#limiter = new Limiter(hub.settings);
    const markAlive = () => {
      this.isAlive = true;
    };
    socket.on('ping', markAlive).on('pong', markAlive);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('error', ({ message }) => hub.log(`${this.author}: ${message}`));
    socket.on('close', () => {
      for (const room of this.rooms.keys()) hub.rooms.leave(room, this);
      this.rooms.clear();
    });
  }

  get isOpen() {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Backpressure: stops reading from a client that does not read its responses, until it has caught up. */
  send(event) {
    const line = this.isOpen ? this.protocol.write(event) : undefined;
    if (line === undefined) return;
    this.socket.send(line, this.#resume);
    if (this.#excess > 0) this.socket.pause();
  }

  #resume = () => {
    if (this.socket.isPaused && this.#excess <= 0) this.socket.resume();
  };

  /** Buffered bytes in excess of the limit. */
  get #excess() {
    return this.socket.bufferedAmount - this.hub.settings.slowBytes;
  }

  /** Whether the client reads too slowly. Closes it if so; it may reconnect and resume. */
  isTooSlow() {
    if (this.#excess <= 0) return false;
    if (this.isOpen) {
      this.hub.log(`${this.author} reads too slowly: ${this.socket.bufferedAmount} bytes buffered`);
      this.socket.close(1013, 'Your connection is too slow for this chat.');
    }
    return true;
  }

  /** Sets the author to a hash of the client's secret, which cannot be derived from their messages. */
  identify(key) {
    this.author = authorOf(key);
  }

  async #receive(data, isBinary) {
    this.isAlive = true;
    if (!this.isOpen) return;
    if (isBinary) return this.socket.close(1003, 'This chat accepts text messages only.');
    const verdict = this.#limiter.take(1);
    if (verdict === 'flood') return this.#closeFlooding();
    let command;
    try {
      command = this.#read(String(data));
      if (verdict === 'wait') {
        throw new Refusal('You are sending too fast. Please slow down.', this.#limiter.wait);
      }
      await commands[command.type](this, command);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { n, room } = command ?? error;
      this.send({ type: 'refused', n, room, why: error.message, retryIn: error.retryIn });
    }
  }

  #read(line) {
    try {
      return this.protocol.read(line);
    } catch (error) {
      this.#limiter.take(INVALID_MESSAGE_COST);
      throw error;
    }
  }

  #closeFlooding() {
    this.hub.log(`${this.author} keeps exceeding the rate limit`);
    this.socket.close(1008, 'You kept sending too fast.');
  }
}

function authorOf(key) {
  return createHash('sha256').update(key).digest('base64url').slice(0, 12);
}
