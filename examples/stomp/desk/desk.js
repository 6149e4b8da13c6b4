// What a customer has, in a page or in Node: an outbox for orders, and a queue on which the answers come.

import { connect } from './connection.js';
import { Outbox } from './outbox.js';

// Answers wait here for ten minutes while their customer is away, and while the broker is.
const QUEUE = {
  ack: 'client-individual',
  durable: 'true',
  'auto-delete': 'false',
  'x-expires': '600000',
};

/**
 * Opens a desk. `onUp()` and `onTrouble(text)` tell of the connection, `onSafe(id)` that the broker has an order,
 * `onAnswer(id, answer)` of its answer: once, though both may come twice.
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
    /** Takes an order and returns its id. Throws where it is too large. */
    place(body) {
      const id = outbox.place(body);
      open.add(id);
      return id;
    },
  };
}
