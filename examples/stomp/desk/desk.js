// The customer's side, for pages and Node: an outbox for orders, and a queue for answers.

import { connect } from './connection.js';
import { Outbox } from './outbox.js';

// Answers stay here for ten minutes while the customer is disconnected, and survive a broker restart.
const QUEUE = {
  ack: 'client-individual',
  durable: 'true',
  'auto-delete': 'false',
  'x-expires': '600000',
};

/**
 * Opens a desk. `onUp()` and `onTrouble(text)` report the connection, `onSafe(id)` that the broker has stored an order,
 * `onAnswer(id, answer)` its answer. Both are called once per order, even if the broker delivers twice.
 */
export function openDesk({ onSafe, onAnswer, onUp, ...connection }) {
  const name = `answers.${crypto.randomUUID()}`;
  const outbox = new Outbox({ replyTo: `/amq/queue/${name}`, onSafe });
  const open = new Set();
  const take = (message) => {
    const id = message.headers['order-id'];
    if (open.delete(id)) onAnswer(id, JSON.parse(message.body));
    message.ack();
  };
  const client = connect({
    ...connection,
    onUp() {
      client.subscribe(`/queue/${name}`, take, QUEUE);
      outbox.sendAll(client);
      onUp(client);
    },
  });
  return {
    client,
    /** Places an order and returns its id. Throws a RangeError if it is too large. */
    place(body) {
      const id = outbox.place(body);
      open.add(id);
      return id;
    },
  };
}
