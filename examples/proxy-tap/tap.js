// What the proxy tells of its traffic: a list of connections, and an event for all that happens. Payloads are
// looked at only while somebody watches, and only so many a moment.

import { EventEmitter } from 'node:events';
import { TappedConnection } from './tapped-connection.js';

/** Connections that are over are kept for people to read, this many. */
const MOST_CLOSED = 50;

/** Emits `changed(connection)`, `frame(connection, sender, frame)` and `violation(connection, violation)`. */
export class Tap extends EventEmitter {
  connections = new Map();
  /** Frames whose payload may still be looked at; whoever watches sets it anew. */
  budget = 0;
  /** Data frames that nobody looked at. */
  passed = 0;
  #options;
  #lastId = 0;

  /** `check`: every byte, with the decoder. `mostKept`: bytes of a payload that are copied to be shown. */
  constructor({ check = false, mostKept = 4096 } = {}) {
    super();
    this.#options = { check, mostKept };
  }

  open(peer) {
    const connection = new TappedConnection(++this.#lastId, peer, this.#options, {
      wants: () => this.#wants(),
      changed: (one) => this.emit('changed', one),
      frame: (one, sender, frame) => this.emit('frame', one, sender, frame),
      violation: (one, violation) => this.emit('violation', one, violation),
    });
    this.connections.set(connection.id, connection);
    this.#forget();
    return connection;
  }

  #wants() {
    if (this.budget > 0) {
      this.budget--;
      return this.#options.mostKept;
    }
    this.passed++;
    return 0;
  }

  #forget() {
    const closed = [...this.connections.values()].filter(({ state }) => state === 'closed');
    for (const { id } of closed.slice(0, -MOST_CLOSED)) this.connections.delete(id);
  }
}
