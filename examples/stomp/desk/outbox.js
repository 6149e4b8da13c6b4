// Orders without a receipt. Each is sent again on every new connection until the broker's receipt confirms that it is on
// disk. An order may arrive twice, but is never lost.

export const LARGEST = 4 * 1024 * 1024;

export class Outbox {
  #waiting = new Map();
  #client;
  #replyTo;
  #onSafe;

  /** `replyTo`: the address for answers. `onSafe(id)` is called for each receipt. */
  constructor({ replyTo, onSafe }) {
    this.#replyTo = replyTo;
    this.#onSafe = onSafe;
  }

  /** Places an order, a string or bytes, and returns its id. Throws a RangeError if it is too large. */
  place(body) {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    if (bytes.length > LARGEST) {
      throw new RangeError(`An order has at most ${LARGEST} bytes, got ${bytes.length}.`);
    }
    const id = crypto.randomUUID();
    this.#waiting.set(id, body);
    if (this.#client?.connected) this.#send(id, body);
    return id;
  }

  /** Call this on each new connection. */
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
