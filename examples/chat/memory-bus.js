// Where the messages of a room are kept and numbered: here, in the memory of the one process there is. The same
// five methods over Redis are in ../scale-out: whoever has them can stand in this one's place.

import { randomUUID } from 'node:crypto';

/** Messages kept of a room, for those who come back; and for how long a message sent again is known. */
export const KEEP = 1000;
export const REMEMBER_MS = 3_600_000;
const MOST_ROOMS = 10_000;

export class MemoryBus {
  /** Why this process is cut off from others, in words; null while it is not. */
  alone = null;
  /** Called where that changes. */
  onalone = () => {};
  #logs = new Map();

  open() {}

  /**
   * From now on the follower hears of the room: `reset(epoch, entries)` at first, and where the log is another
   * one; `append(entry)`, one by one in order; `hold(entry)` of what is not kept yet; `hear(event)` of what
   * never is; `populate(groups)`: who is there, process by process.
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
   * Keeps a message and passes it on. Resolves to its number, once, however often it is sent. A bus that cannot
   * keep it yet calls a third argument, and `hold` of the follower.
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

  /** Passes something on that nobody misses. */
  tell(room, event) {
    this.#open(room).follower?.hear(event);
  }

  /** Says who of the room is in this process. */
  async present(room, group) {
    this.#open(room).follower?.populate([group]);
  }

  async close() {}

  #open(room) {
    let log = this.#logs.get(room);
    if (log === undefined) {
      if (this.#logs.size >= MOST_ROOMS) this.#forgetOne();
      this.#logs.set(room, (log = new Log()));
    }
    return log;
  }

  #forgetOne() {
    for (const [room, { follower }] of this.#logs) {
      if (follower === null) return this.#logs.delete(room);
    }
  }
}

class Log {
  /** Another number for each log: who resumes knows whether it is still the one they know. */
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
