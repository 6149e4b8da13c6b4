// Orders on their way to the broker. Each stays here until the broker's receipt says that it has it on disk, and
// is sent again on every new connection until then. So an order may arrive twice; it is never lost.

export const LARGEST = 4 * 1024 * 1024;

export class Outbox {
  #waiting = new Map();
  #client;
  #replyTo;
  #onSafe;

  /** `replyTo` is where the answers go, `onSafe(id)` is told of each receipt. */
  constructor({ replyTo, onSafe }) {
    this.#replyTo = replyTo;
    this.#onSafe = onSafe;
  }

  /** Takes an order, a string or bytes, and returns its id. Throws where it is larger than the broker takes. */
  place(body) {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    if (bytes.length > LARGEST) {
      throw new RangeError(`An order may have ${LARGEST} bytes; this one has ${bytes.length}.`);
    }
    const id = crypto.randomUUID();
    this.#waiting.set(id, body);
    if (this.#client?.connected) this.#send(id, body);
    return id;
  }

  /** To be called with each new connection. */
  sendAll(client) {
    this.#client = client;
    for (const [id, body] of this.#waiting) this.#send(id, body);
  }

  #send(id, body) {
    this.#client.watchForReceipt(id, () => {
      if (this.#waiting.delete(id)) this.#onSafe(id);
    });
    this.#client.publish({
      destination: '/queue/orders',
      headers: { 'order-id': id, 'reply-to': this.#replyTo, receipt: id, persistent: 'true' },
      ...(typeof body === 'string' ? { body } : { binaryBody: body }),
    });
  }
}
