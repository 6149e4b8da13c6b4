// What a person has said and the server has not yet acknowledged. One message is under way at a time, so that
// they stay in order; on a new connection all go again, and the server knows by their numbers which it has.

/** Half of what the server remembers: what is older is not sent again by itself, for it could appear twice. */
const GIVE_UP_AFTER_MS = 1_800_000;

export class Outbox {
  #messages = new Map();
  #count = 0;
  #send = null;
  #timer = null;
  #onLost;

  /** `onLost(n)`: it is not known whether the server has it, and too late to ask. */
  constructor(onLost) {
    this.#onLost = onLost;
  }

  add(room, text) {
    const n = ++this.#count;
    this.#messages.set(n, { room, text, at: Date.now(), isOut: false, isHeld: false });
    this.#next();
    return n;
  }

  /** A connection is there: everything goes over it, in order. */
  open(send) {
    this.#send = send;
    for (const [n, message] of this.#messages) {
      message.isOut = message.isHeld = false;
      if (Date.now() - message.at > GIVE_UP_AFTER_MS) this.#lose(n);
    }
    this.#next();
  }

  close() {
    this.#send = null;
    clearTimeout(this.#timer);
  }

  /** The server has kept it, or never will. */
  settle(n) {
    this.#messages.delete(n);
    this.#next();
  }

  /** The one under way is more than the server takes: `tell(n)`. */
  refuse(tell) {
    for (const [n, { isOut, isHeld }] of this.#messages) {
      if (!isOut || isHeld) continue;
      this.#messages.delete(n);
      tell(n);
    }
  }

  /** The server has it, but cannot promise anything yet. */
  hold(n) {
    const message = this.#messages.get(n);
    if (message) message.isHeld = true;
    this.#next();
  }

  /** The server asks for it again, later. */
  retry(n, delay) {
    const message = this.#messages.get(n);
    if (message === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      message.isOut = false;
      this.#next();
    }, delay);
  }

  #lose(n) {
    this.#messages.delete(n);
    this.#onLost(n);
  }

  #next() {
    for (const [n, message] of this.#messages) {
      if (this.#send === null) return;
      if (message.isHeld) continue;
      if (message.isOut) return;
      message.isOut = true;
      this.#send({ type: 'say', room: message.room, n, text: message.text });
      return;
    }
  }
}
