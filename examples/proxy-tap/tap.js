// The tap: a list of connections, and events for their traffic. Payloads are inspected only while someone watches, and
// only up to a budget per interval.

import { EventEmitter } from 'node:events';
import { TappedConnection } from './tapped-connection.js';

/** How many closed connections stay in the list. */
const MOST_CLOSED = 50;

/** Emits `changed(connection)`, `frame(connection, sender, frame)` and `violation(connection, violation)`. */
export class Tap extends EventEmitter {
  connections = new Map();
  /** How many more payloads may be inspected. The viewers refill it. */
  budget = 0;
  /** Data frames that were not inspected. */
  passed = 0;
  #options;
  #lastId = 0;

  /** `check`: validate every byte with the decoder. `mostKept`: payload bytes copied for display. */
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
    this.#dropOldest();
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

  #dropOldest() {
    const closed = [...this.connections.values()].filter(({ state }) => state === 'closed');
    for (const { id } of closed.slice(0, -MOST_CLOSED)) this.connections.delete(id);
  }
}
