// One connection: what comes in, at what pace, and what is told to its person alone.

import { createHash, randomUUID } from 'node:crypto';
import { commands } from './commands.js';
import { Limiter } from './limiter.js';
import { Refusal } from './rules.js';

/** What cannot be read costs more than what can. */
const COST_OF_NONSENSE = 5;

export class Peer {
  socket;
  protocol;
  hub;
  name = 'guest';
  author = authorOf(randomUUID());
  /** Those they are in, by name, in the order they entered them. */
  rooms = new Map();
  /** Of their messages, where they do not number them. */
  count = 0;
  /** Anything since the last beat. */
  isHeard = true;
  #limiter;

  constructor(socket, protocol, hub) {
    this.socket = socket;
    this.protocol = protocol;
    this.hub = hub;
    this.#limiter = new Limiter(hub.settings);
    const heard = () => {
      this.isHeard = true;
    };
    socket.on('ping', heard).on('pong', heard);
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

  /** Who does not read what they are told is not heard, until they have: nobody can ask for more than they take. */
  tell(event) {
    const line = this.isOpen ? this.protocol.write(event) : undefined;
    if (line === undefined) return;
    this.socket.send(line, this.#hearAgain);
    if (this.#waiting > 0) this.socket.pause();
  }

  #hearAgain = () => {
    if (this.socket.isPaused && this.#waiting <= 0) this.socket.resume();
  };

  /** Bytes that wait for them, above those that may. */
  get #waiting() {
    return this.socket.bufferedAmount - this.hub.settings.slowBytes;
  }

  /** Whether they read too slowly: then they are let go, and may come back for what they missed. */
  isTooSlow() {
    if (this.#waiting <= 0) return false;
    if (this.isOpen) {
      this.hub.log(`${this.author} reads too slowly: ${this.socket.bufferedAmount} bytes wait`);
      this.socket.close(1013, 'You were sent more than your connection could take.');
    }
    return true;
  }

  /** From now on they are whoever has this secret, which nobody can tell from their messages. */
  identify(key) {
    this.author = authorOf(key);
  }

  async #receive(data, isBinary) {
    this.isHeard = true;
    if (!this.isOpen) return;
    if (isBinary) return this.socket.close(1003, 'This chat takes text, not binary messages.');
    const verdict = this.#limiter.take(1);
    if (verdict === 'flood') return this.#flooded();
    let command;
    try {
      command = this.#read(String(data));
      if (verdict === 'wait') {
        throw new Refusal('Slower, please: that was too much at once.', this.#limiter.wait);
      }
      await commands[command.type](this, command);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { n, room } = command ?? error;
      this.tell({ type: 'refused', n, room, why: error.message, retryIn: error.retryIn });
    }
  }

  #read(line) {
    try {
      return this.protocol.read(line);
    } catch (error) {
      this.#limiter.take(COST_OF_NONSENSE);
      throw error;
    }
  }

  #flooded() {
    this.hub.log(`${this.author} floods`);
    this.socket.close(1008, 'You sent too much, too fast, and did not stop.');
  }
}

function authorOf(key) {
  return createHash('sha256').update(key).digest('base64url').slice(0, 12);
}
