// Stores and numbers the messages of each room, in the memory of a single process. ../scale-out has a replacement with
// the same methods on Redis.

import { randomUUID } from 'node:crypto';

/** Messages stored per room for clients that resume, and how long a resent message is recognized. */
export const KEEP = 1000;
export const REMEMBER_MS = 3_600_000;
const MOST_ROOMS = 10_000;

export class MemoryBus {
  /** Why this process is cut off from the others, for users; null if it is not. */
  outage = null;
  /** Called when `outage` changes. */
  onoutage = () => {};
  #logs = new Map();

  open() {}

  /**
   * Subscribes the follower to a room. It gets `reset(epoch, entries)` first and whenever the log is replaced,
   * `append(entry)` for each new message in order, `hold(entry)` for a message that is not stored yet,
   * `receive(event)` for events that are never stored, and `setPresence(groups)` with the people in each process.
   */
  async follow(room, follower) {
    const log = this.#open(room);
    log.follower = follower;
    follower.reset(log.epoch, log.entries);
  }

  unfollow(room) {
    const log = this.#open(room);
    log.follower = null;
  }

  /**
   * Stores and delivers a message. Resolves to its number, which stays the same if the message is sent again. A
   * bus that cannot store it yet calls its third argument, and the follower's `hold`.
   */
  async publish(room, message) {
    const log = this.#open(room);
    const known = log.numbers.get(message.id);
    if (known !== undefined) return known.seq;
    const entry = { ...message, seq: ++log.seq };
    log.entries.push(entry);
    if (log.entries.length > KEEP) log.entries.shift();
    log.remember(entry);
    log.follower?.append(entry);
    return entry.seq;
  }

  /** Delivers an event that is not stored. */
  broadcast(room, event) {
    this.#open(room).follower?.receive(event);
  }

  /** Reports who in this process is in the room. */
  async present(room, group) {
    this.#open(room).follower?.setPresence([group]);
  }

  async close() {}

  #open(room) {
    let log = this.#logs.get(room);
    if (log === undefined) {
      if (this.#logs.size >= MOST_ROOMS) this.#evictOne();
      this.#logs.set(room, (log = new Log()));
    }
    return log;
  }

  #evictOne() {
    for (const [room, { follower }] of this.#logs) {
      if (follower === null) return this.#logs.delete(room);
    }
  }
}

class Log {
  /** Unique per log: a client that resumes can tell whether the log is still the same. */
  epoch = randomUUID();
  seq = 0;
  entries = [];
  numbers = new Map();
  follower = null;

  remember({ id, seq }) {
    const now = performance.now();
    this.numbers.set(id, { seq, at: now });
    for (const [old, { at }] of this.numbers) {
      if (now - at < REMEMBER_MS) break;
      this.numbers.delete(old);
    }
  }
}
