// The sender's messages that the server has not acknowledged. One message is in flight at a time, which keeps them in
// order. All are sent again on a new connection; the server recognizes duplicates by their numbers.

/** Half the time the server recognizes a duplicate. Older messages are not resent: they could appear twice. */
const RESEND_LIMIT_MS = 1_800_000;

export class Outbox {
  #messages = new Map();
  #count = 0;
  #send = null;
  #timer = null;
  #onLost;

  /** `onLost(n)`: it is unknown whether the server has message `n`, and too late to resend it. */
  constructor(onLost) {
    this.#onLost = onLost;
  }

  add(room, text) {
    const n = ++this.#count;
    this.#messages.set(n, { room, text, at: Date.now(), isOut: false, isHeld: false });
    this.#next();
    return n;
  }

  /** Resends everything in order on a new connection. */
  open(send) {
    this.#send = send;
    for (const [n, message] of this.#messages) {
      message.isOut = message.isHeld = false;
      if (Date.now() - message.at > RESEND_LIMIT_MS) this.#lose(n);
    }
    this.#next();
  }

  close() {
    this.#send = null;
    clearTimeout(this.#timer);
  }

  /** Removes a message that the server has stored, or has refused for good. */
  remove(n) {
    this.#messages.delete(n);
    this.#next();
  }

  /** Removes the message in flight because it is too large for the server, and calls `onRefused(n)`. */
  refuse(onRefused) {
    for (const [n, { isOut, isHeld }] of this.#messages) {
      if (!isOut || isHeld) continue;
      this.#messages.delete(n);
      onRefused(n);
    }
  }

  /** Marks a message that the server has received but not stored. */
  hold(n) {
    const message = this.#messages.get(n);
    if (message) message.isHeld = true;
    this.#next();
  }

  /** Sends a message again after a delay. */
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
